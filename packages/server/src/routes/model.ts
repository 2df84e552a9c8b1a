/** `GET /model` and `GET /models`: what is served. */

import { z } from 'zod';
import { limitsSchema } from '../limits.ts';
import { findModel, queryRoute, type Route, type Service } from '../route.ts';
import type { ServedModel } from '../served-model.ts';

/** Beside these, whatever whoever opened the model has to tell about it; the names are those of a run of `t2i train`. */
const MODEL = z.looseObject({
  name: z.string(),
  revision: z.string().describe('names the weights; the beginning of their hash'),
  imageSize: z.int().describe('pixels across an image'),
  noiseDim: z.int(),
  embeddingDim: z.int(),
  encoder: z.string().describe('of the captions, with the hash of what it holds'),
  backend: z.string().describe('that computes'),
  passRows: z.strictObject({ min: z.int(), max: z.int() }).describe('images that are drawn together'),
  sparesCores: z.boolean().describe('whether drawing leaves a processor free, for sending'),
  watched: z.boolean().describe('whether newer weights may take the place of these'),
  openedAt: z.iso.datetime(),
  queued: z.int().describe('images that wait'),
  epoch: z.int().optional().describe('of the training'),
  step: z.int().optional(),
  imagesShown: z.int().optional(),
  weights: z
    .looseObject({ sha256: z.string() })
    .optional()
    .describe('the file of the weights and the SHA-256 of its bytes'),
  metrics: z.record(z.string(), z.unknown()).nullable().optional().describe('the last line of the log of the training'),
  dataset: z.record(z.string(), z.unknown()).optional(),
  config: z.record(z.string(), z.unknown()).optional().describe('of the model and its training'),
});

/** @param inBrowser the address of the directory of a model's files, for browsers to draw with themselves, or undefined */
export function modelRoutes(service: Service, inBrowser: (model: ServedModel) => Promise<string | undefined>): Route[] {
  const query = z.object({
    model: z.string().max(100).optional().describe('name of a served model; left out: the first'),
  });
  const facts = {
    method: 'get',
    path: '/model',
    summary: 'What a model is: revision, sizes, configuration, epoch, hashes, figures of its training',
    query,
    answers: ['application/json'],
    json: MODEL,
    problems: [404, 503],
  } as const;
  const one = queryRoute(facts, (context, { model: name }) => {
    const model = findModel(service, name);
    const { batcher, openedAt, details, ...sizes } = model.revision;
    const answer = { name: model.name, ...sizes, watched: model.watched, openedAt, queued: batcher.queued, ...details };
    return context.json(answer, 200, { 'Cache-Control': 'no-cache' });
  });
  const all: Route = {
    method: 'get',
    path: '/models',
    summary: 'The models that are served, the default first, and how much one request may ask for',
    answers: ['application/json'],
    json: z.strictObject({
      models: z.array(
        z.strictObject({
          name: z.string(),
          ready: z.boolean().describe('false while it is being opened'),
          samples: z.boolean().describe('whether there are sample sheets and a film'),
          inBrowser: z
            .string()
            .nullable()
            .describe(
              'directory of its files for browsers to draw with themselves, relative to the server; of the first model that beside the page, if there is one; null: none',
            ),
        }),
      ),
      limits: limitsSchema,
    }),
    async handle(context) {
      const models = service.models.map(async (model) => ({
        name: model.name,
        ready: model.ready,
        samples: model.samples !== undefined,
        inBrowser: (await inBrowser(model)) ?? null,
      }));
      const answer = { models: await Promise.all(models), limits: service.limits };
      return context.json(answer, 200, { 'Cache-Control': 'no-cache' });
    },
  };
  return [one, all];
}
