import { T2iError, type T2iErrorOptions } from '@t2i/core';
import { MalformedError } from './malformed-error.ts';

/** A file that is damaged, hostile, or holds something that its reader does not take. */
export class FormatError extends T2iError {
  constructor(message: string, options?: T2iErrorOptions) {
    super('ERR_FORMAT', message, options);
  }
}

/** Names the file in what its reader found wrong. */
export function formatError(what: string, cause: unknown): unknown {
  if (!(cause instanceof MalformedError)) return cause;
  return new FormatError(`The ${what} cannot be read: ${cause.message}.`, { hint: cause.hint, cause });
}
