/** `GET /healthz`, `/readyz`, `/metrics`: for monitoring. */

import { z } from 'zod';
import type { Metrics } from '../metrics.ts';
import { Problem } from '../problem.ts';
import type { Route, Service } from '../route.ts';

export function healthRoutes({ models }: Service, metrics: Metrics): Route[] {
  const common = { method: 'get', unlimited: true } as const;
  return [
    {
      ...common,
      path: '/healthz',
      summary: 'Whether the process responds',
      answers: ['application/json'],
      json: z.strictObject({ status: z.literal('ok') }),
      handle: (context) => context.json({ status: 'ok' }, 200, { 'Cache-Control': 'no-store' }),
    },
    {
      ...common,
      path: '/readyz',
      summary: 'Whether every model is ready; 503 otherwise',
      answers: ['application/json'],
      json: z.strictObject({ status: z.literal('ready') }),
      problems: [503],
      handle(context) {
        const waiting = models.filter(({ ready }) => !ready).map(({ name }) => name);
        if (waiting.length === 0) return context.json({ status: 'ready' }, 200, { 'Cache-Control': 'no-store' });
        return new Problem('model-unavailable', `Still loading: ${waiting.join(', ')}.`, {
          retryAfter: 1,
        }).toResponse();
      },
    },
    {
      ...common,
      path: '/metrics',
      summary: 'Metrics for Prometheus',
      answers: ['text/plain'],
      async handle() {
        const { text, type } = await metrics.render();
        return new Response(text, { headers: { 'Content-Type': type, 'Cache-Control': 'no-store' } });
      },
    },
  ];
}
