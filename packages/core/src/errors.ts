/** Errors that a user can act on. A bug in the code is an `assert` (see `shape.ts`), never one of these. */

const MARKER = Symbol.for('@t2i/error');

export interface T2iErrorOptions {
  /** How to fix it, one sentence in the imperative. The CLI prints it under the message. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** Base class of all errors of these packages that tell the user what was wrong and what to do. */
export class T2iError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: T2iErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
    Object.defineProperty(this, MARKER, { value: true });
  }

  /** Also true for errors of another installed copy of this package, for which `instanceof` fails. */
  static isInstance(error: unknown): error is T2iError {
    return typeof error === 'object' && error !== null && MARKER in error;
  }
}

/** Recognises an error of this package by its code, whichever copy of the package created it. */
function hasCode(error: unknown, code: string): boolean {
  return T2iError.isInstance(error) && error.code === code;
}

/** An invalid setting, flag or argument. */
export class ConfigError extends T2iError {
  constructor(message: string, options?: T2iErrorOptions) {
    super('ERR_CONFIG', message, options);
  }

  static override isInstance(error: unknown): error is ConfigError {
    return hasCode(error, 'ERR_CONFIG');
  }
}

/** Data that is missing, damaged or not what it claims to be. */
export class DatasetError extends T2iError {
  constructor(message: string, options?: T2iErrorOptions) {
    super('ERR_DATASET', message, options);
  }

  static override isInstance(error: unknown): error is DatasetError {
    return hasCode(error, 'ERR_DATASET');
  }
}

/** Weights or run state that are missing, damaged or of another model. */
export class CheckpointError extends T2iError {
  constructor(message: string, options?: T2iErrorOptions) {
    super('ERR_CHECKPOINT', message, options);
  }

  static override isInstance(error: unknown): error is CheckpointError {
    return hasCode(error, 'ERR_CHECKPOINT');
  }
}

/** A compute backend that is missing or does not work here. */
export class BackendError extends T2iError {
  constructor(message: string, options?: T2iErrorOptions) {
    super('ERR_BACKEND', message, options);
  }

  static override isInstance(error: unknown): error is BackendError {
    return hasCode(error, 'ERR_BACKEND');
  }
}

/** Embeddings whose length differs from the one that a model expects. */
export class EmbeddingDimensionError extends T2iError {
  constructor(dimension: number, expected: number) {
    super('ERR_EMBEDDING_DIMENSION', `Embeddings are ${dimension}-dimensional; the model expects ${expected}.`, {
      hint: 'Use the text encoder that the model was trained with.',
    });
  }
}

/** Training has diverged: a loss is not finite or grows without bound. */
export class DivergenceError extends T2iError {
  constructor(message: string, options?: T2iErrorOptions) {
    super('ERR_DIVERGED', message, options);
  }

  static override isInstance(error: unknown): error is DivergenceError {
    return hasCode(error, 'ERR_DIVERGED');
  }
}

/** The message of anything thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
