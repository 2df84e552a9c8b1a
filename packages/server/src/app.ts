/** The HTTP application: routes, and around them what holds for all of them. It needs no port: `app.request(…)` answers. */

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
  /** What is served; the first is drawn with when a request names none. */
  readonly models: readonly ServedModel[];
  /** Receives one structured line a request; a pino logger fits. */
  readonly logger?: RequestLogger;
  /** Whether the log may contain captions; default false. */
  readonly logCaptions?: boolean;
  /** What the models report their passes to; default a new one. */
  readonly metrics?: Metrics;
  readonly limits?: LimitsInput;
  /** Images a minute for each client, and ten times as many requests of any kind; default 0, without limit. */
  readonly rateLimit?: number;
  /** Whether the client is the last in X-Forwarded-For, with or without a port: only behind a proxy that sets it. */
  readonly trustProxy?: boolean;
  /** Names that requests may call this server by, besides the address that it listens on; `.example.org` for all below, `*` for any. */
  readonly allowedHosts?: readonly string[];
  /** Origins whose scripts may read answers, or `*`; default none. An `<img>` needs none. */
  readonly corsOrigins?: readonly string[];
  /** Directory of a web page to serve at `/`. Without one, `/` tells what routes there are. */
  readonly page?: string;
  /** The seed of a request that names none; default a random one. */
  readonly freshSeed?: () => number;
}

/** @throws ConfigError for no model, two of one name, a name that does not fit into an address, or limits that are none */
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
  app.notFound(() =>
    new Problem('not-found', 'There is nothing at this address; /docs lists what there is.').toResponse(),
  );

  const limited = limitRequests(options);
  for (const route of allRoutes(service, metrics, page)) {
    const before = [remember(route), ...(route.unlimited ? [] : limited), ...limitBody(route, service)];
    app.on(route.method.toUpperCase(), [route.pattern ?? route.path], ...before, (context) => route.handle(context));
  }
  if (page !== undefined) for (const handler of [...limited, staticPage(page)]) app.get('*', handler);
  return app;
}

/**
 * The log has the stack of what the program got wrong, once for all requests that it spoilt. A problem without a cause is no fault:
 * a full queue, a model that is being opened again. The line of the request tells its kind.
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

/** Everything under `/v1`, and at the root the blog's route and what belongs to no version. */
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

/** Another host's name, and too many requests. */
function withProblemsOfAll(route: Route): Route {
  const all = new Set([...(route.problems ?? []), 421, ...(route.unlimited ? [] : [429])]);
  return { ...route, problems: [...all].sort() };
}

/** For the log and the figures, which must not contain the path itself. */
function remember({ path }: Route): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    context.set('route', path);
    await next();
  };
}

function limitBody({ body }: Route, { limits }: Service): MiddlewareHandler<AppEnv>[] {
  if (body === undefined) return [];
  const onError = () => {
    throw new Problem('body-too-large', `The body may have ${limits.bodyBytes} bytes.`);
  };
  return [bodyLimit({ maxSize: limits.bodyBytes, onError })];
}

const headOfAll: MiddlewareHandler<AppEnv> = async (context, next) => {
  await next();
  // a route's own Response has lost the request's id
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
  return new Problem('method-not-allowed', `Here go ${allowed}.`, { headers: { Allow: allowed } }).toResponse();
}

function assertNames(models: readonly ServedModel[]): void {
  if (models.length === 0) throw new ConfigError('There is no model to serve.');
  const seen = new Set<string>();
  for (const { name } of models) {
    if (!/^[\w.-]{1,100}$/.test(name)) {
      throw new ConfigError(`"${name}" cannot be the name of a model.`, {
        hint: 'Use letters, digits, dots and dashes.',
      });
    }
    if (seen.has(name)) throw new ConfigError(`Two models have the name ${name}.`, { hint: 'Give one another name.' });
    seen.add(name);
  }
}
