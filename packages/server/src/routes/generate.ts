/** `POST /generate`: images of several captions at once, as JSON. */

import { z } from 'zod';
import { bytesResponse } from '../bytes-response.ts';
import { beginDrawing, draw, encode, IMAGE_HEADERS, imageFields, takeCaption } from '../images.ts';
import { Problem } from '../problem.ts';
import { checked } from '../query.ts';
import type { RequestContext, Route, Service } from '../route.ts';
import { UNREAD, unreadOf } from '../unread.ts';

/** Steps from the first image to one that is like one that is like it. */
const MAX_STEPS = 64;

const ANSWER = z.strictObject({
  model: z.string(),
  revision: z.string(),
  seed: z.int(),
  format: z.enum(['png', 'webp', 'jpeg']),
  images: z.array(
    z.strictObject({
      caption: z.string().describe('as it was drawn'),
      index: z.int().describe('which noise of the seed'),
      data: z.string().describe('the file, in base64'),
    }),
  ),
  unread: z.array(UNREAD).describe('captions that the model did not read whole'),
});

export function generateRoute(service: Service): Route {
  const { limits } = service;
  const body = z.strictObject({
    captions: z.array(z.string()).min(1).max(limits.images).describe('captions to draw'),
    perCaption: z
      .int()
      .min(1)
      .max(limits.images)
      .default(1)
      .describe('images of each; the i-th has the i-th noise of the seed'),
    like: z
      .array(
        z
          .int()
          .min(0)
          .max(limits.images - 1),
      )
      .max(MAX_STEPS)
      .default([])
      .describe('draw near an image of the seed: its index, then the index among those near to it, and so on'),
    ...imageFields(limits),
  });
  return {
    method: 'post',
    path: '/generate',
    summary: 'Images of several captions',
    description: `At most ${limits.images} images together; those of the first caption come first.`,
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
          `${texts.length * perCaption} images are asked for, ${limits.images} are the limit.`,
        );
      }
      const captions = texts.map((text) => takeCaption(text, limits));
      const { model, revision, seed } = beginDrawing(context, service, choices);
      const cells = captions.flatMap((caption) =>
        Array.from({ length: perCaption }, (_, index) => ({ caption, seed, index, like })),
      );
      const [images, unread] = await Promise.all([
        draw(context, service, revision, cells, size),
        unreadOf(revision, captions),
      ]);
      const encoded = await Promise.all(
        images.map(async (image, i) => {
          const { bytes } = await encode(image, format);
          const { caption, index } = cells[i]!;
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
  // Pages of other sites may send text without asking first; JSON they may not (CORS).
  if (!/^application\/json\s*(;|$)/i.test(context.req.header('Content-Type') ?? '')) {
    throw new Problem('unsupported-media-type', 'Send the body as application/json.');
  }
  const text = await context.req.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('bad-request', 'The body is not JSON.', { cause });
  }
}
