/** The rate limits of the app: images per minute and client, and ten times as many requests of any kind, files included. */

import type { MiddlewareHandler } from 'hono';
import { clientOf, forwardedAddress } from './client.ts';
import { Problem } from './problem.ts';
import { RateLimiter } from './rate-limit.ts';
import type { AppEnv, RequestContext } from './route.ts';

/** A page requests files, samples and models besides images. */
const REQUESTS_PER_IMAGE = 10;

interface RateOptions {
  readonly rateLimit?: number;
  readonly trustProxy?: boolean;
}

/** Counts requests, and lets routes charge for images (`charge` of the context). Does nothing without a limit. */
export function limitRequests({ rateLimit = 0, trustProxy = false }: RateOptions): MiddlewareHandler<AppEnv>[] {
  if (rateLimit === 0) return [];
  const images = new RateLimiter(rateLimit);
  const requests = new RateLimiter(REQUESTS_PER_IMAGE * rateLimit);
  return [
    async (context, next) => {
      const client = clientBehind(context, trustProxy);
      takeFrom(
        requests,
        client,
        1,
        `Too many requests. The limit is ${REQUESTS_PER_IMAGE * rateLimit} requests per minute.`,
      );
      context.set('charge', (count) =>
        takeFrom(images, client, count, `Too many images. The limit is ${rateLimit} images per minute.`),
      );
      await next();
    },
  ];
}

function takeFrom(limiter: RateLimiter, client: string, count: number, rule: string): void {
  const retryAfter = limiter.take(client, count);
  if (retryAfter > 0) throw new Problem('too-many-requests', rule, { retryAfter });
}

function clientBehind(context: RequestContext, trustProxy: boolean): string {
  const header = trustProxy ? context.req.header('X-Forwarded-For') : undefined;
  const forwarded = header === undefined ? undefined : forwardedAddress(header);
  const address = forwarded ?? context.env?.incoming?.socket?.remoteAddress;
  return (address === undefined ? undefined : clientOf(address)) ?? 'unknown';
}
