/** What choosing a backend depends on outside tfjs: modules, environment variables, the platform. */

import { BackendError, errorMessage } from '@t2i/core';

/** A program that is one file, its backends included, gives its own `importModule`; tests give a whole one. */
export interface Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly isNode: boolean;
  importModule(name: string): Promise<unknown>;
  /** Names in /dev and /dev/dri where they say which graphics cards there are, as on Linux; undefined elsewhere. */
  deviceFiles(): Promise<readonly string[] | undefined>;
}

const hasProcess = typeof process !== 'undefined';

/** This process, or this page. */
export const environment: Environment = {
  variables: hasProcess ? process.env : {},
  isNode: hasProcess && process.versions?.node !== undefined,
  // A bundler must not look for these: they are optional, and most of them exist for Node only.
  importModule: (name) => import(/* @vite-ignore */ /* webpackIgnore: true */ name),
  async deviceFiles() {
    if (!hasProcess || process.platform !== 'linux') return undefined;
    const { readdir } = (await this.importModule('node:fs/promises')) as typeof import('node:fs/promises');
    const lists = await Promise.all(['/dev', '/dev/dri'].map((directory) => readdir(directory).catch(() => [])));
    return lists.flat();
  },
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
