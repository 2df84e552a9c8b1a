/** What goes wrong on a request, as RFC 9457 has it: `application/problem+json`. */

/** Every kind of problem with the status it is answered with. */
const STATUS = {
  'bad-request': 400,
  'caption-empty': 400,
  'caption-too-long': 400,
  'caption-refused': 400,
  'not-found': 404,
  'no-such-model': 404,
  'method-not-allowed': 405,
  'revision-changed': 409,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'too-many-requests': 429,
  'queue-full': 429,
  'client-gone': 499,
  'internal-error': 500,
  'model-unavailable': 503,
  'deadline-in-queue': 503,
  'deadline-while-drawing': 504,
} as const;

export type ProblemCode = keyof typeof STATUS;

export interface ProblemOptions {
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Thrown anywhere below a route; the app answers with it. The message is shown to the client. */
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

  toResponse(): Response {
    const { code, status, message: detail } = this;
    const title = code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ');
    const body = JSON.stringify({ type: `urn:t2i:problem:${code}`, title, status, detail });
    return new Response(body, { status, headers: { 'Content-Type': 'application/problem+json', ...this.headers } });
  }
}

/** Anything thrown, as a problem: what a client got wrong is told, what the program got wrong is not. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem('internal-error', 'The server failed on this request; its log says more.', { cause: error });
}
