/** `GET /model` and `GET /models`: what is served. */

import { z } from 'zod';
import { findModel, queryRoute, type Route, type Service } from '../route.ts';

export function modelRoutes(service: Service): Route[] {
  const query = z.object({
    model: z.string().max(100).optional().describe('name of a served model; left out: the first'),
  });
  const facts = {
    method: 'get',
    path: '/model',
    summary: 'What a model is: revision, sizes, configuration, epoch, hashes, figures of its training',
    query,
    answers: ['application/json'],
    problems: [404, 503],
    costly: false,
  } as const;
  const one = queryRoute(facts, (context, { model: name }) => {
    const model = findModel(service, name);
    const { batcher, openedAt, details, ...sizes } = model.edition;
    const answer = { name: model.name, ...sizes, watched: model.watched, openedAt, queued: batcher.queued, ...details };
    return context.json(answer, 200, { 'Cache-Control': 'no-cache' });
  });
  const all: Route = {
    method: 'get',
    path: '/models',
    summary: 'The models that are served, the default first, and how much one request may ask for',
    answers: ['application/json'],
    costly: false,
    handle(context) {
      const models = service.models.map(({ name, ready, samples }) => ({
        name,
        ready,
        samples: samples !== undefined,
      }));
      return context.json({ models, limits: service.limits }, 200, { 'Cache-Control': 'no-cache' });
    },
  };
  return [one, all];
}
