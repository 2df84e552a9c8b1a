/** What choosing an engine depends on outside tfjs: modules, environment variables, the platform. */

import { BackendError, errorMessage } from '@t2i/core';

/** Tests put their own in the place of {@link environment}. */
export interface Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly isNode: boolean;
  importModule(name: string): Promise<unknown>;
}

const hasProcess = typeof process !== 'undefined';

/** This process, or this page. */
export const environment: Environment = {
  variables: hasProcess ? process.env : {},
  isNode: hasProcess && process.versions?.node !== undefined,
  // A bundler must not look for these: they are optional, and most of them exist for Node only.
  importModule: (name) => import(/* @vite-ignore */ /* webpackIgnore: true */ name),
};

/**
 * Loads an optional package.
 * @throws BackendError with `hint` when it is not installed, or is and cannot be loaded (`cause` says why)
 */
export async function loadOptional<T>({ importModule }: Environment, name: string, hint: string): Promise<T> {
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
