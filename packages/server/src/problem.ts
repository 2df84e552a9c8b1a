/** Problems of a request, in the format of RFC 9457: `application/problem+json`. */

import { STATUS_CODES } from 'node:http';

const PROBLEM_TYPE = 'application/problem+json';

/** The HTTP status of every kind of problem. */
const STATUS = {
  'bad-request': 400,
  'caption-empty': 400,
  'caption-too-long': 400,
  'caption-refused': 400,
  'not-found': 404,
  'no-such-model': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  'revision-changed': 409,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'expectation-failed': 417,
  'host-not-allowed': 421,
  'too-many-requests': 429,
  'too-many-connections': 429,
  'head-too-large': 431,
  'queue-full': 429,
  'client-gone': 499,
  'internal-error': 500,
  'model-unavailable': 503,
  'deadline-in-queue': 503,
  'deadline-while-generating': 504,
} as const;

export type ProblemCode = keyof typeof STATUS;

export interface ProblemOptions {
  /** Seconds to wait before trying again. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Thrown anywhere in a route. The app turns it into a response. The client sees the message. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, message: string, { retryAfter, headers, cause }: ProblemOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Problem';
    this.code = code;
    this.status = STATUS[code];
    this.headers = { ...headers, ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }) };
  }

  get body(): string {
    const { code, status, message: detail } = this;
    const title = code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ');
    return JSON.stringify({ type: `urn:t2i:problem:${code}`, title, status, detail });
  }

  toResponse(): Response {
    const { body, status, headers } = this;
    return new Response(body, { status, headers: { 'Content-Type': PROBLEM_TYPE, ...headers } });
  }

  /** For responses that do not pass through the app. */
  headersFor(requestId: string): Readonly<Record<string, string | number>> {
    const length = Buffer.byteLength(this.body);
    return {
      'Content-Type': PROBLEM_TYPE,
      'Content-Length': length,
      ...this.headers,
      ...commonHeaders(requestId),
      Connection: 'close',
    };
  }

  /** The response to bytes that are not a valid request. It closes the connection. */
  toBytes(requestId: string): string {
    const headers = { ...this.headersFor(requestId), Date: new Date().toUTCString() };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    return [`HTTP/1.1 ${this.status} ${STATUS_CODES[this.status]}`, ...lines, '', this.body].join('\r\n');
  }
}

export function clientGone(cause?: unknown): Problem {
  return new Problem('client-gone', 'The client closed the connection.', { cause });
}

/** Headers of every response, including problems that never reach the app. */
export function commonHeaders(requestId: string): Readonly<Record<string, string>> {
  return { 'X-Content-Type-Options': 'nosniff', 'X-Request-Id': requestId };
}

/** Converts any thrown value into a problem. Clients see their own mistakes, but no internal errors. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem('internal-error', 'Internal server error. See the log of the server.', { cause: error });
}
