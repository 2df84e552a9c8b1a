/** The error of a kernel that cannot be computed for its arguments. */

import { T2iError, type T2iErrorOptions } from '@t2i/core';

interface KernelErrorOptions extends T2iErrorOptions {
  /** The kernel's name in tfjs; the gate in front of every kernel fills it in. */
  readonly kernel?: string;
}

/** Tensors or attributes that a kernel refuses; the message begins with the kernel's name. */
export class KernelError extends T2iError {
  readonly kernel: string | undefined;

  constructor(message: string, { kernel, ...options }: KernelErrorOptions = {}) {
    super('ERR_KERNEL', message, options);
    this.kernel = kernel;
  }

  /** The same error with the kernel's name. */
  of(kernel: string): KernelError {
    return new KernelError(`${kernel}: ${this.message}`, { kernel, hint: this.hint, cause: this.cause ?? this });
  }
}

const HINT = 'Check the shapes, types and attributes that the operation was given.';

/** Throws; `message` continues after "Kernel: ". */
export function refuse(message: string, hint = HINT): never {
  throw new KernelError(message, { hint });
}

/** Refuses unless `condition` holds. The message is made only when needed, because rules run once per call of a kernel. */
export function demand(condition: boolean, message: () => string): asserts condition {
  if (!condition) refuse(message());
}
