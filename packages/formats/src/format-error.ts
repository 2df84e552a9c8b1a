import { T2iError, type T2iErrorOptions } from '@t2i/core';
import { MalformedError } from './malformed-error.ts';

/** A file that is damaged, hostile, or contains something that its reader does not support. */
export class FormatError extends T2iError {
  constructor(message: string, options?: T2iErrorOptions) {
    super('ERR_FORMAT', message, options);
  }
}

/** Adds the name of the file to the error of its reader. */
export function formatError(what: string, cause: unknown): unknown {
  if (!(cause instanceof MalformedError)) return cause;
  return new FormatError(`The ${what} cannot be read: ${cause.message}.`, { hint: cause.hint, cause });
}
