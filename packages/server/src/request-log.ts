/** Logs one structured line per request. It contains no text from clients unless the owner enables captions. */

import type { MiddlewareHandler } from 'hono';
import type { Metrics } from './metrics.ts';
import type { AppEnv } from './route.ts';

/** Structured logging as in pino: the fields come first. */
export interface RequestLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface RequestLogOptions {
  readonly logger: RequestLogger | undefined;
  readonly metrics: Metrics;
  readonly logCaptions: boolean;
}

/** Measures, counts and logs every request. */
export function requestLog({ logger, metrics, logCaptions }: RequestLogOptions): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const began = performance.now();
    await next();
    const milliseconds = performance.now() - began;
    const { requestId, model, images, captions, problem, route = 'none' } = context.var;
    const { method } = context.req;
    const { status } = context.res;
    metrics.answered({ method: knownMethod(method), route, status, seconds: milliseconds / 1000 });
    const fields = { requestId, method: knownMethod(method), route, status, ms: Math.round(milliseconds * 10) / 10 };
    const generation = images === undefined ? {} : { model, images, ...(logCaptions && { captions }) };
    logger?.info({ ...fields, ...generation, ...(problem && { problem }) }, 'request');
  };
}

/** A method is free text from the client, too. */
function knownMethod(method: string): string {
  return ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].includes(method) ? method : 'other';
}
