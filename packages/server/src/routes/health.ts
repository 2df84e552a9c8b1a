/** `GET /healthz`, `/readyz`, `/metrics`: for those who watch the server. */

import type { Metrics } from '../metrics.ts';
import type { Route, Service } from '../route.ts';

export function healthRoutes({ models }: Service, metrics: Metrics): Route[] {
  const common = { method: 'get', costly: false } as const;
  return [
    {
      ...common,
      path: '/healthz',
      summary: 'Whether the process answers',
      answers: ['application/json'],
      handle: (context) => context.json({ status: 'ok' }, 200, { 'Cache-Control': 'no-store' }),
    },
    {
      ...common,
      path: '/readyz',
      summary: 'Whether every model can draw; 503 while one cannot',
      answers: ['application/json'],
      handle(context) {
        const waiting = models.filter(({ ready }) => !ready).map(({ name }) => name);
        const status = waiting.length === 0 ? 'ready' : 'waiting';
        return context.json({ status, waiting }, waiting.length === 0 ? 200 : 503, { 'Cache-Control': 'no-store' });
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
