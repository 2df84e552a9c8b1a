/** The HTTP application: the routes and their common middleware. It needs no port: call `app.request(…)`. */

import { ConfigError } from '@t2i/core';
import { type ErrorHandler, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { checkHost } from './hosts.ts';
import { freshSeed } from './images.ts';
import { type LimitsInput, resolveLimits } from './limits.ts';
import { Metrics } from './metrics.ts';
import { clientGone, commonHeaders, Problem, toProblem } from './problem.ts';
import { limitRequests } from './rate-limited.ts';
import { type RequestLogger, requestLog } from './request-log.ts';
import type { AppEnv, RequestContext, Route, Service } from './route.ts';
import { documentRoutes } from './routes/documents.ts';
import { generateRoute } from './routes/generate.ts';
import { healthRoutes } from './routes/health.ts';
import { interpolateRoute } from './routes/interpolate.ts';
import { modelRoutes } from './routes/model.ts';
import { modelFileRoute, modelFilesAddress } from './routes/model-files.ts';
import { samplesRoutes } from './routes/samples.ts';
import { textRoute } from './routes/text.ts';
import type { ServedModel } from './served-model.ts';
import { pageModelAddress, staticPage } from './static-page.ts';

export interface AppOptions {
  /** The first one is used when a request names no model. */
  readonly models: readonly ServedModel[];
  /** Receives one structured line per request. A pino logger fits. */
  readonly logger?: RequestLogger;
  /** Whether the log may contain captions; default false. */
  readonly logCaptions?: boolean;
  /** Where the models report their passes; default a new instance. */
  readonly metrics?: Metrics;
  readonly limits?: LimitsInput;
  /** Images per minute and client, and ten times as many requests of any kind; default 0: no limit. */
  readonly rateLimit?: number;
  /** Whether the last address in X-Forwarded-For is the client. Use it only behind a proxy that sets the header. */
  readonly trustProxy?: boolean;
  /** `Host` names to accept besides the address that the server listens on; `.example.org` for all subdomains, `*` for any. */
  readonly allowedHosts?: readonly string[];
  /** Origins whose scripts may read responses, or `*`; default none. An `<img>` needs none. */
  readonly corsOrigins?: readonly string[];
  /** Directory of a web page to serve at `/`. Without one, `/` lists the routes. */
  readonly page?: string;
  /** The seed of a request that names none; default a random one. */
  readonly freshSeed?: () => number;
}

/** @throws ConfigError for no model, a duplicate or invalid model name, or invalid limits */
export function createApp(options: AppOptions): Hono<AppEnv> {
  const { models, logger, metrics = new Metrics(), corsOrigins = [], page } = options;
  assertNames(models);
  const service: Service = {
    models,
    limits: resolveLimits(options.limits),
    freshSeed: options.freshSeed ?? freshSeed,
  };
  metrics.watchQueues(models);

  const app = new Hono<AppEnv>();
  app.use(requestId(), requestLog({ logger, metrics, logCaptions: options.logCaptions ?? false }), headOfAll);
  app.use(checkHost(options.allowedHosts ?? []));
  if (corsOrigins.length > 0) app.use(allowOrigins(corsOrigins));
  app.use(methodNotAllowed({ app, onMethodNotAllowed }));
  app.onError(answerError(logger));
  app.notFound(() => new Problem('not-found', 'Not found. /docs lists the routes.').toResponse());

  const limited = limitRequests(options);
  for (const route of allRoutes(service, metrics, page)) {
    const before = [remember(route), ...(route.unlimited ? [] : limited), ...limitBody(route, service)];
    app.on(route.method.toUpperCase(), [route.pattern ?? route.path], ...before, (context) => route.handle(context));
  }
  if (page !== undefined) for (const handler of [...limited, staticPage(page)]) app.get('*', handler);
  return app;
}

/**
 * Logs the stack of an internal error once, even if it failed several requests. A problem without a cause is not an error of the
 * program: a full queue, or a model that is being reopened. The log line of the request names it.
 */
function answerError(logger: RequestLogger | undefined): ErrorHandler<AppEnv> {
  const told = new WeakSet<object>();
  return (error, context) => {
    const problem = neverArrived(context) ? clientGone(error) : toProblem(error);
    const { cause, code, status } = problem;
    context.set('problem', code);
    if (status < 500 || cause === undefined) return problem.toResponse();
    const err = cause instanceof Error ? cause : new Error(String(cause));
    if (!told.has(err)) logger?.error({ requestId: context.var.requestId, err }, code);
    told.add(err);
    return problem.toResponse();
  };
}

/** Whether the client closed the connection before it had sent its whole request. */
function neverArrived(context: RequestContext): boolean {
  const incoming = context.env?.incoming;
  return incoming?.complete === false && incoming.destroyed === true;
}

/** All routes under `/v1`, and at the root the blog's route and the unversioned ones. */
function allRoutes(service: Service, metrics: Metrics, page: string | undefined): Route[] {
  const text = textRoute(service);
  const versioned = [
    text,
    interpolateRoute(service),
    generateRoute(service),
    ...modelRoutes(service, async (model) => {
      const besidePage = model === service.models[0] ? await pageModelAddress(page) : undefined;
      return besidePage ?? modelFilesAddress(model);
    }),
    modelFileRoute(service),
    ...samplesRoutes(service),
  ].map((route) => ({ ...route, path: `/v1${route.path}`, pattern: `/v1${route.pattern ?? route.path}` }));
  const routes = [text, ...versioned, ...healthRoutes(service, metrics)].map(withProblemsOfAll);
  return [...routes, ...documentRoutes(routes, page === undefined ? ['/docs', '/'] : ['/docs'])];
}

/** Adds the problems that every route can answer with: a wrong host and too many requests. */
function withProblemsOfAll(route: Route): Route {
  const all = new Set([...(route.problems ?? []), 421, ...(route.unlimited ? [] : [429])]);
  return { ...route, problems: [...all].sort() };
}

/** For the log and the metrics, which must not contain the path itself. */
function remember({ path }: Route): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    context.set('route', path);
    await next();
  };
}

function limitBody({ body }: Route, { limits }: Service): MiddlewareHandler<AppEnv>[] {
  if (body === undefined) return [];
  const onError = () => {
    throw new Problem('body-too-large', `The body is too large. The limit is ${limits.bodyBytes} bytes.`);
  };
  return [bodyLimit({ maxSize: limits.bodyBytes, onError })];
}

const headOfAll: MiddlewareHandler<AppEnv> = async (context, next) => {
  await next();
  // a route's own Response lacks the request id
  for (const [name, value] of Object.entries(commonHeaders(context.var.requestId)))
    context.res.headers.set(name, value);
};

function allowOrigins(origins: readonly string[]): MiddlewareHandler<AppEnv> {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST'],
    allowHeaders: ['Content-Type', 'If-None-Match'],
    exposeHeaders: ['ETag', 'Retry-After', 'T2I-Model', 'T2I-Revision', 'T2I-Seed', 'X-Request-Id'],
    maxAge: 600,
  });
}

function onMethodNotAllowed(_: RequestContext, methods: readonly string[]): Response {
  const allowed = methods.join(', ');
  return new Problem('method-not-allowed', `Method not allowed. Use ${allowed}.`, {
    headers: { Allow: allowed },
  }).toResponse();
}

function assertNames(models: readonly ServedModel[]): void {
  if (models.length === 0) throw new ConfigError('There is no model to serve.');
  const seen = new Set<string>();
  for (const { name } of models) {
    if (!/^[\w.-]{1,100}$/.test(name)) {
      throw new ConfigError(`Invalid model name: "${name}".`, {
        hint: 'Use up to 100 letters, digits, dots, dashes and underscores.',
      });
    }
    if (seen.has(name)) throw new ConfigError(`Two models are named ${name}.`, { hint: 'Rename one of them.' });
    seen.add(name);
  }
}
