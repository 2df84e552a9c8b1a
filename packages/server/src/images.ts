/** Generates the images of a request and builds the response: seeds, caching, scaling, encoding. */

import { createHash, randomInt } from 'node:crypto';
import { type ImageRequest, imageGrid, normaliseCaption, type RgbImage } from '@t2i/core';
import { encodeImage, type ImageFormat, resizeImage } from '@t2i/image-node';
import { z } from 'zod';
import { bytesResponse } from './bytes-response.ts';
import type { Limits } from './limits.ts';
import { Problem } from './problem.ts';
import type { RequestContext, Service } from './route.ts';
import { currentRevision, findModel } from './route.ts';
import type { Revision, ServedModel } from './served-model.ts';

/** Random seeds are short enough to be read out. */
const FRESH_SEEDS = 2 ** 31;
const A_YEAR = 31_536_000; // s

/** A random seed. This is the only source of randomness that is not seeded. */
export function freshSeed(): number {
  return randomInt(FRESH_SEEDS);
}

/** The parameters of all routes with images. */
export function imageFields(limits: Limits) {
  return {
    seed: z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('selects the noise; the same seed gives the same bytes. Default: a random seed, returned in T2I-Seed'),
    size: z
      .int()
      .min(8)
      .max(limits.side)
      .optional()
      .describe("width of each image in pixels; default: the model's own size"),
    format: z.enum(['png', 'webp', 'jpeg']).default('png').describe('image format'),
    model: z.string().max(100).optional().describe('name of a served model; default: the first'),
    revision: z
      .string()
      .max(100)
      .optional()
      .describe('require this revision of the model, or answer 409; makes the response immutable'),
  };
}

/** Headers of every image response. */
export const IMAGE_HEADERS = {
  'T2I-Seed': 'the seed of the image',
  'T2I-Model': 'name of the model',
  'T2I-Revision': 'revision of the model, for the parameter `revision`',
} as const;

/** The model, revision and seed of a request. */
export interface Generation {
  readonly model: ServedModel;
  readonly revision: Revision;
  readonly seed: number;
  /** Whether the request named the seed. Only then may the response be cached. */
  readonly seeded: boolean;
  /** Whether this URL always gives the same bytes, because it names the revision of the model. */
  readonly immutable: boolean;
}

interface GenerationChoices {
  readonly model?: string | undefined;
  readonly revision?: string | undefined;
  readonly seed?: number | undefined;
}

/** @throws Problem when there is no such model or revision */
export function beginGeneration(context: RequestContext, service: Service, choices: GenerationChoices): Generation {
  const model = findModel(service, choices.model);
  context.set('model', model.name);
  const revision = currentRevision(model, choices.revision);
  const seeded = choices.seed !== undefined;
  const immutable = seeded && choices.revision !== undefined;
  return { model, revision, seed: choices.seed ?? service.freshSeed(), seeded, immutable };
}

/** Normalises a caption. @throws Problem when it is empty or too long */
export function takeCaption(text: string, { captionLength }: Limits): string {
  const caption = normaliseCaption(text);
  if (caption === '') throw new Problem('caption-empty', 'The caption is empty.');
  if (caption.length <= captionLength) return caption;
  throw new Problem('caption-too-long', `The caption has ${caption.length} characters. The limit is ${captionLength}.`);
}

/** Generates the images, scaled to `size`. */
export async function generate(
  context: RequestContext,
  { limits }: Service,
  revision: Revision,
  requests: readonly ImageRequest[],
  size: number | undefined,
): Promise<RgbImage[]> {
  const side = size ?? revision.imageSize;
  if (requests.length * side ** 2 > limits.area) {
    throw new Problem(
      'bad-request',
      `${requests.length} images of ${side} pixels are too large. Request fewer or smaller images.`,
    );
  }
  context.set('images', requests.length);
  context.var.charge?.(requests.length);
  context.set('captions', [...new Set(requests.map(({ caption }) => caption))]);
  const { signal } = context.req.raw;
  const images = await revision.batcher.submit(requests, { deadline: limits.deadline, signal });
  if (side === revision.imageSize) return [...images];
  return Promise.all(images.map((image) => resizeImage(image, side)));
}

/** A single image as it is, several images as a grid. */
export function arrange(images: readonly RgbImage[], columns: number): RgbImage {
  return images.length === 1 ? images[0]! : imageGrid(images, { columns });
}

/** Encodes an image as a file. */
export async function encode(image: RgbImage, format: ImageFormat): Promise<{ bytes: Uint8Array; type: string }> {
  return { bytes: await encodeImage(image, { format }), type: `image/${format}` };
}

/**
 * Answers with an image. Without a seed the response must not be cached. With one it carries an ETag, and a client that has the image
 * gets 304 before anything is generated.
 * @param key everything besides the model and the seed that determines the bytes
 */
export async function answerImage(
  context: RequestContext,
  { model, revision, seed, seeded, immutable }: Generation,
  key: readonly unknown[],
  make: () => Promise<{ bytes: Uint8Array; type: string; headers?: Readonly<Record<string, string>> }>,
): Promise<Response> {
  const headers: Record<string, string> = {
    'T2I-Seed': String(seed),
    'T2I-Model': model.name,
    'T2I-Revision': revision.revision,
    'Cache-Control': cacheControl(seeded, immutable),
  };
  if (seeded) {
    const { backend, passRows } = revision;
    headers.ETag = entityTag([revision.revision, backend, passRows, seed, ...key]);
    if (matches(context.req.header('If-None-Match'), headers.ETag)) return new Response(null, { status: 304, headers });
  }
  const { bytes, type, headers: more } = await make();
  return bytesResponse(bytes, { ...headers, ...more, 'Content-Type': type });
}

function cacheControl(seeded: boolean, immutable: boolean): string {
  if (!seeded) return 'no-store';
  return immutable ? `public, max-age=${A_YEAR}, immutable` : 'no-cache';
}

/** An ETag of everything that determines the bytes. */
export function entityTag(parts: readonly unknown[]): string {
  return `"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27)}"`;
}

/** Whether the client already has the content of a tag (RFC 9110, section 13.1.2: weak comparison). */
export function matches(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const opaque = (text: string) => text.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((candidate) => candidate.trim() === '*' || opaque(candidate) === opaque(tag));
}
