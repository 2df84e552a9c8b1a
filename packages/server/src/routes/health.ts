/** `GET /healthz`, `/readyz`, `/metrics`: for those who watch the server. */

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
      summary: 'Whether the process answers',
      answers: ['application/json'],
      json: z.strictObject({ status: z.literal('ok') }),
      handle: (context) => context.json({ status: 'ok' }, 200, { 'Cache-Control': 'no-store' }),
    },
    {
      ...common,
      path: '/readyz',
      summary: 'Whether every model can draw; 503 while one cannot',
      answers: ['application/json'],
      json: z.strictObject({ status: z.literal('ready') }),
      problems: [503],
      handle(context) {
        const waiting = models.filter(({ ready }) => !ready).map(({ name }) => name);
        if (waiting.length === 0) return context.json({ status: 'ready' }, 200, { 'Cache-Control': 'no-store' });
        return new Problem('model-unavailable', `Being opened: ${waiting.join(', ')}.`, { retryAfter: 1 }).toResponse();
      },
    },
    {
      ...common,
      path: '/metrics',
      summary: 'Figures for Prometheus',
      answers: ['text/plain'],
      async handle() {
        const { text, type } = await metrics.render();
        return new Response(text, { headers: { 'Content-Type': type, 'Cache-Control': 'no-store' } });
      },
    },
  ];
}
