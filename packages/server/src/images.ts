/** Drawing for a request and answering with the image: seeds, caching, scaling, encoding. */

import { createHash, randomInt } from 'node:crypto';
import { imageGrid, normaliseCaption, type RgbImage } from '@t2i/core';
import { encodeImage, type ImageFormat, resizeImage } from '@t2i/image-node';
import { z } from 'zod';
import { bytesResponse } from './bytes-response.ts';
import type { Limits } from './limits.ts';
import type { Cell } from './painter.ts';
import { Problem } from './problem.ts';
import type { RequestContext, Service } from './route.ts';
import { currentRevision, findModel } from './route.ts';
import type { Revision, ServedModel } from './served-model.ts';

/** Seeds that nobody chose are short enough to be read out. */
const FRESH_SEEDS = 2 ** 31;
const A_YEAR = 31_536_000; // s

/** A seed for an image nobody needs to repeat; the one place where chance comes from outside. */
export function freshSeed(): number {
  return randomInt(FRESH_SEEDS);
}

/** The parameters that all routes with images share. */
export function imageFields(limits: Limits) {
  return {
    seed: z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('decides the noise; the same seed gives the same bytes. Left out: a fresh one, told in T2I-Seed'),
    size: z
      .int()
      .min(8)
      .max(limits.side)
      .optional()
      .describe("pixels across each image; left out: the model's own size"),
    format: z.enum(['png', 'webp', 'jpeg']).default('png').describe('of the file'),
    model: z.string().max(100).optional().describe('name of a served model; left out: the first'),
    revision: z
      .string()
      .max(100)
      .optional()
      .describe('draw with this revision of the model or answer 409; makes the answer immutable'),
  };
}

/** Of every answer that is an image. */
export const IMAGE_HEADERS = {
  'T2I-Seed': 'the seed it was drawn with',
  'T2I-Model': 'name of the model',
  'T2I-Revision': 'revision of the model, for the parameter `revision`',
} as const;

/** What a request wants drawn, its seed settled. */
export interface Drawing {
  readonly model: ServedModel;
  readonly revision: Revision;
  readonly seed: number;
  /** Whether the request named the seed: only then may the answer be kept. */
  readonly seeded: boolean;
  /** Whether these bytes are all that this address will ever give: it names the revision of the model. */
  readonly immutable: boolean;
}

interface DrawingChoices {
  readonly model?: string | undefined;
  readonly revision?: string | undefined;
  readonly seed?: number | undefined;
}

/** @throws Problem when there is no such model or revision */
export function beginDrawing(context: RequestContext, service: Service, choices: DrawingChoices): Drawing {
  const model = findModel(service, choices.model);
  context.set('model', model.name);
  const revision = currentRevision(model, choices.revision);
  const seeded = choices.seed !== undefined;
  const immutable = seeded && choices.revision !== undefined;
  return { model, revision, seed: choices.seed ?? service.freshSeed(), seeded, immutable };
}

/** A caption as the encoders take it. @throws Problem when nothing or too much is left */
export function takeCaption(text: string, { captionLength }: Limits): string {
  const caption = normaliseCaption(text);
  if (caption === '') throw new Problem('caption-empty', 'Give a caption to draw.');
  if (caption.length <= captionLength) return caption;
  throw new Problem(
    'caption-too-long',
    `A caption has at most ${captionLength} characters, this one ${caption.length}.`,
  );
}

/** Draws the cells, scaled to `size`. */
export async function draw(
  context: RequestContext,
  { limits }: Service,
  revision: Revision,
  cells: readonly Cell[],
  size: number | undefined,
): Promise<RgbImage[]> {
  const side = size ?? revision.imageSize;
  if (cells.length * side ** 2 > limits.area) {
    throw new Problem(
      'bad-request',
      `${cells.length} images of ${side} pixels are too large: choose fewer or smaller.`,
    );
  }
  context.set('images', cells.length);
  context.var.charge?.(cells.length);
  context.set('captions', [...new Set(cells.map(({ caption }) => caption))]);
  const { signal } = context.req.raw;
  const images = await revision.batcher.submit(cells, { deadline: limits.deadline, signal });
  if (side === revision.imageSize) return [...images];
  return Promise.all(images.map((image) => resizeImage(image, side)));
}

/** One image as it is, several as a grid. */
export function arrange(images: readonly RgbImage[], columns: number): RgbImage {
  return images.length === 1 ? images[0]! : imageGrid(images, { columns });
}

/** An image as a file. */
export async function encode(image: RgbImage, format: ImageFormat): Promise<{ bytes: Uint8Array; type: string }> {
  return { bytes: await encodeImage(image, { format }), type: `image/${format}` };
}

/**
 * Answers with an image. Without a seed it may not be kept; with one it carries an ETag, and a client that has it already is told so
 * without anything being drawn.
 * @param key everything that decides the bytes, besides the model and the seed
 */
export async function answerImage(
  context: RequestContext,
  { model, revision, seed, seeded, immutable }: Drawing,
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

/** A tag of everything that decides the bytes. */
export function entityTag(parts: readonly unknown[]): string {
  return `"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27)}"`;
}

/** Whether a client has what a tag names (RFC 9110, section 13.1.2: the weak comparison). */
export function matches(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const opaque = (text: string) => text.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((candidate) => candidate.trim() === '*' || opaque(candidate) === opaque(tag));
}
