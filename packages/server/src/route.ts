/** The definition of a route: path, parameters, responses and handler. The OpenAPI document is built from the same data. */

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { Limits } from './limits.ts';
import { Problem, type ProblemCode } from './problem.ts';
import { readQuery } from './query.ts';
import type { Revision, ServedModel } from './served-model.ts';

/** What the middleware knows and logs about a request. */
export interface RequestFacts {
  requestId: string;
  /** Path template of the route. The path itself is not logged, because it may contain a caption. */
  route?: string;
  model?: string;
  images?: number;
  captions?: readonly string[];
  /** Counts images against the rate limit of the client; absent if there is no limit. @throws Problem */
  charge?: (images: number) => void;
  /** The problem of the response. */
  problem?: ProblemCode;
}

/** Set by `@hono/node-server` and `listen`; absent when a request does not come from a socket. */
interface Bindings {
  readonly incoming?: Pick<IncomingMessage, 'complete' | 'destroyed' | 'httpVersionMinor'> & {
    readonly socket?: Pick<Socket, 'remoteAddress'>;
  };
  /** The host that `listen` was told to listen on. */
  readonly listeningOn?: string;
}

export interface AppEnv {
  Variables: RequestFacts;
  Bindings: Bindings;
}

export type RequestContext = Context<AppEnv>;

/** The dependencies of the routes. */
export interface Service {
  readonly models: readonly ServedModel[];
  readonly limits: Limits;
  /** The seed of a request that names none. */
  readonly freshSeed: () => number;
}

export interface Route {
  readonly method: 'get' | 'post';
  /** In OpenAPI syntax: `/text/{caption}`. */
  readonly path: string;
  /** In Hono syntax, if it differs. */
  readonly pattern?: string;
  readonly summary: string;
  readonly description?: string;
  /** Descriptions of the path parameters. */
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** Media types of a successful response. */
  readonly answers: readonly string[];
  /** Schema of a successful JSON response. */
  readonly json?: z.ZodObject;
  /** Headers of a successful response, besides the common ones. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether a successful response may have an ETag, so that clients can get 304. */
  readonly tagged?: boolean;
  /** Statuses of its problems, besides those of all routes. */
  readonly problems?: readonly number[];
  /** Whether the rate limit does not apply: for monitoring. */
  readonly unlimited?: boolean;
  handle(context: RequestContext): Response | Promise<Response>;
}

/** A route whose handler receives the validated query. */
export function queryRoute<Query extends z.ZodObject>(
  route: Omit<Route, 'handle' | 'query' | 'body'> & { readonly query: Query },
  handle: (context: RequestContext, query: z.output<Query>) => Response | Promise<Response>,
): Route {
  const read = readQuery(route.query);
  return { ...route, handle: (context) => handle(context, read(context.req.query())) };
}

/** The named model, or the first. */
export function findModel({ models }: Service, name: string | undefined): ServedModel {
  const found = name === undefined ? models[0] : models.find((model) => model.name === name);
  if (found !== undefined) return found;
  throw new Problem('no-such-model', `Unknown model. Available models: ${models.map((m) => m.name).join(', ')}.`);
}

/** The current revision of the model. A request that names a revision gets no other. */
export function currentRevision(model: ServedModel, pinned: string | undefined): Revision {
  const { revision } = model;
  if (pinned === undefined || pinned === revision.revision) return revision;
  throw new Problem('revision-changed', `The model ${model.name} now has revision ${revision.revision}.`);
}
