/** `POST /generate`: images of several captions, as JSON. */

import { captionRequests } from '@t2i/core';
import { z } from 'zod';
import { bytesResponse } from '../bytes-response.ts';
import { beginGeneration, encode, generate, IMAGE_HEADERS, imageFields, takeCaption } from '../images.ts';
import { Problem } from '../problem.ts';
import { checked } from '../query.ts';
import type { RequestContext, Route, Service } from '../route.ts';
import { UNREAD, unreadOf } from '../unread.ts';

/** Most steps in a chain of similar images. */
const MAX_STEPS = 64;

const ANSWER = z.strictObject({
  model: z.string(),
  revision: z.string(),
  seed: z.int(),
  format: z.enum(['png', 'webp', 'jpeg']),
  images: z.array(
    z.strictObject({
      caption: z.string().describe('the normalised caption'),
      index: z.int().describe('index of the noise of the seed'),
      data: z.string().describe('the image file in base64'),
    }),
  ),
  unread: z.array(UNREAD).describe('captions that the model did not read completely'),
});

export function generateRoute(service: Service): Route {
  const { limits } = service;
  const body = z.strictObject({
    captions: z.array(z.string()).min(1).max(limits.images).describe('captions of the images'),
    perCaption: z
      .int()
      .min(1)
      .max(limits.images)
      .default(1)
      .describe('images per caption; the i-th image has the i-th noise of the seed'),
    like: z
      .array(
        z
          .int()
          .min(0)
          .max(limits.images - 1),
      )
      .max(MAX_STEPS)
      .default([])
      .describe('stay near an image of the seed: its index, then the index among the images near it, and so on'),
    ...imageFields(limits),
  });
  return {
    method: 'post',
    path: '/generate',
    summary: 'Generate images of several captions',
    description: `At most ${limits.images} images in total. The images of the first caption come first.`,
    body,
    answers: ['application/json'],
    json: ANSWER,
    headers: { 'T2I-Seed': IMAGE_HEADERS['T2I-Seed'] },
    problems: [400, 404, 409, 413, 415, 429, 503, 504],
    async handle(context) {
      const { captions: texts, perCaption, like, size, format, ...choices } = checked(body, await readJson(context));
      if (texts.length * perCaption > limits.images) {
        throw new Problem(
          'bad-request',
          `The request asks for ${texts.length * perCaption} images. The limit is ${limits.images}.`,
        );
      }
      const captions = texts.map((text) => takeCaption(text, limits));
      const { model, revision, seed } = beginGeneration(context, service, choices);
      const requests = captionRequests({ captions, seed, perCaption, like });
      const [images, unread] = await Promise.all([
        generate(context, service, revision, requests, size),
        unreadOf(revision, captions),
      ]);
      const encoded = await Promise.all(
        images.map(async (image, i) => {
          const { bytes } = await encode(image, format);
          const { caption, index } = requests[i]!;
          return { caption, index, data: Buffer.from(bytes).toString('base64') };
        }),
      );
      const answer = { model: model.name, revision: revision.revision, seed, format, images: encoded, unread };
      const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'T2I-Seed': String(seed) };
      return bytesResponse(Buffer.from(JSON.stringify(answer)), headers);
    },
  };
}

async function readJson(context: RequestContext): Promise<unknown> {
  // Pages of other sites may send text without a CORS preflight, but not JSON.
  if (!/^application\/json\s*(;|$)/i.test(context.req.header('Content-Type') ?? '')) {
    throw new Problem('unsupported-media-type', 'Send the body as application/json.');
  }
  const text = await context.req.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('bad-request', 'The body is not valid JSON.', { cause });
  }
}
