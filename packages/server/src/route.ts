/** What a route is: how it is reached, what it takes and answers, and what it does. The OpenAPI document is made of the same facts. */

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { Limits } from './limits.ts';
import { Problem, type ProblemCode } from './problem.ts';
import { readQuery } from './query.ts';
import type { Revision, ServedModel } from './served-model.ts';

/** What the middleware around the routes knows of a request, and what it logs. */
export interface RequestFacts {
  requestId: string;
  /** Path template of the route, the only part of a path that is logged: the rest may be a caption. */
  route?: string;
  model?: string;
  images?: number;
  captions?: readonly string[];
  /** Takes so many images from what the client may have; absent where there is no limit. @throws Problem */
  charge?: (images: number) => void;
  /** What went wrong. */
  problem?: ProblemCode;
}

/** Of `@hono/node-server`, and of `listen`; absent where a request did not come from a socket. */
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

/** What the routes work with. */
export interface Service {
  readonly models: readonly ServedModel[];
  readonly limits: Limits;
  /** The seed of a request that names none. */
  readonly freshSeed: () => number;
}

export interface Route {
  readonly method: 'get' | 'post';
  /** As in OpenAPI: `/text/{caption}`. */
  readonly path: string;
  /** As in Hono, where it differs. */
  readonly pattern?: string;
  readonly summary: string;
  readonly description?: string;
  /** What each parameter in the path is. */
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** Media types of a good answer. */
  readonly answers: readonly string[];
  /** What a good answer in JSON holds. */
  readonly json?: z.ZodObject;
  /** Headers of a good answer, besides those that every one has. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether a good answer may have an ETag, by which a client can ask again and be told 304. */
  readonly tagged?: boolean;
  /** Statuses of the problems it may answer with, besides those of all routes. */
  readonly problems?: readonly number[];
  /** Whether it is answered beyond the rate limit: for those who watch the server. */
  readonly unlimited?: boolean;
  handle(context: RequestContext): Response | Promise<Response>;
}

/** A route whose handler receives its query, checked. */
export function queryRoute<Query extends z.ZodObject>(
  route: Omit<Route, 'handle' | 'query' | 'body'> & { readonly query: Query },
  handle: (context: RequestContext, query: z.output<Query>) => Response | Promise<Response>,
): Route {
  const read = readQuery(route.query);
  return { ...route, handle: (context) => handle(context, read(context.req.query())) };
}

/** The model asked for, or the first. */
export function findModel({ models }: Service, name: string | undefined): ServedModel {
  const found = name === undefined ? models[0] : models.find((model) => model.name === name);
  if (found !== undefined) return found;
  throw new Problem('no-such-model', `There is no such model; served are ${models.map((m) => m.name).join(', ')}.`);
}

/** What the model is at this moment. A request that pins a revision gets no other. */
export function currentRevision(model: ServedModel, pinned: string | undefined): Revision {
  const { revision } = model;
  if (pinned === undefined || pinned === revision.revision) return revision;
  throw new Problem('revision-changed', `The model ${model.name} is at revision ${revision.revision} now.`);
}
