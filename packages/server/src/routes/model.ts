/** `GET /model` and `GET /models`: the served models. */

import { z } from 'zod';
import { limitsSchema } from '../limits.ts';
import { findModel, queryRoute, type Route, type Service } from '../route.ts';
import type { ServedModel } from '../served-model.ts';

/** A model may report further fields. The names are those of a run of `t2i train`. */
const MODEL = z.looseObject({
  name: z.string(),
  revision: z.string().describe('identifies the weights: the start of their hash'),
  imageSize: z.int().describe('width of an image in pixels'),
  noiseDim: z.int(),
  embeddingDim: z.int(),
  encoder: z.string().describe('caption encoder, with the hash of its weights'),
  backend: z.string().describe('compute backend'),
  passRows: z.strictObject({ min: z.int(), max: z.int() }).describe('images per generator pass'),
  sparesCores: z.boolean().describe('whether a pass leaves a processor idle'),
  watched: z.boolean().describe('whether newer weights can replace these'),
  openedAt: z.iso.datetime(),
  queued: z.int().describe('images in the queue'),
  epoch: z.int().optional().describe('epochs of training'),
  step: z.int().optional(),
  imagesShown: z.int().optional(),
  weights: z.looseObject({ sha256: z.string() }).optional().describe('weight file and its SHA-256'),
  metrics: z.record(z.string(), z.unknown()).nullable().optional().describe('last line of the training log'),
  dataset: z.record(z.string(), z.unknown()).optional(),
  config: z.record(z.string(), z.unknown()).optional().describe('configuration of the model and its training'),
});

/** @param inBrowser the URL of the files of a model that browsers can run, or undefined */
export function modelRoutes(service: Service, inBrowser: (model: ServedModel) => Promise<string | undefined>): Route[] {
  const query = z.object({
    model: z.string().max(100).optional().describe('name of a served model; default: the first'),
  });
  const facts = {
    method: 'get',
    path: '/model',
    summary: 'Describe a model: revision, sizes, configuration, epoch, hashes, training metrics',
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
    summary: 'List the served models, the default first, and the limits of a request',
    answers: ['application/json'],
    json: z.strictObject({
      models: z.array(
        z.strictObject({
          name: z.string(),
          ready: z.boolean().describe('false while the model is loading'),
          samples: z.boolean().describe('whether the model has sample sheets and a film'),
          inBrowser: z
            .string()
            .nullable()
            .describe(
              'URL of the model files for generation in the browser, relative to the server; for the first model, the files beside the page if there are any; null if there are none',
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
