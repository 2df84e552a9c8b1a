/** Loads packages that need not be installed. */

import { BackendError, errorMessage } from '@t2i/core';
import type { ImportModule } from './environment.ts';

/**
 * Imports an optional package.
 * @param hint how to install it
 * @throws BackendError when the package is not installed, or cannot be loaded (`cause` has the reason)
 */
export async function loadOptional<T>(importModule: ImportModule, name: string, hint: string): Promise<T> {
  try {
    return (await importModule(name)) as T;
  } catch (error) {
    const problem = isMissing(error, name) ? 'is not installed' : `cannot be loaded: ${errorMessage(error)}`;
    throw new BackendError(`The package ${name} ${problem}.`, { hint, cause: error });
  }
}

function isMissing(error: unknown, name: string): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && errorMessage(error).includes(`'${name}'`);
}
