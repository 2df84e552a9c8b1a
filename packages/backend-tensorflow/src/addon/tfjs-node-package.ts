/** The installed package `@tensorflow/tfjs-node` or `-gpu`: its sources, and the location of its addon. */

import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BackendError } from '@t2i/core';
import { PACKAGE_NAMES, type TensorflowBackend } from '../package-names.ts';

export interface TfjsNodePackage {
  readonly name: string;
  readonly directory: string;
  /** C++ files of the addon. */
  readonly sources: readonly string[];
  /** Where the package will load the addon from. */
  readonly addon: string;
}

/**
 * Finds the package as an import from this package or the working directory would.
 * @throws BackendError when it is not installed, or contains no sources of its addon
 */
export function findTfjsNode(backend: TensorflowBackend, from: readonly string[] = lookups()): TfjsNodePackage {
  const name = PACKAGE_NAMES[backend];
  const manifest = from.flatMap((file) => resolveFrom(file, `${name}/package.json`) ?? [])[0];
  if (manifest === undefined) {
    throw new BackendError(`The package ${name} is not installed.`, {
      hint: `npm install --ignore-scripts ${name}: its own installer, which downloads a library, is not needed.`,
    });
  }
  const directory = dirname(manifest);
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(directory, 'binding', file));
  const missing = sources.find((file) => !existsSync(file));
  if (missing !== undefined) {
    throw new BackendError(`${name} in ${directory} has no ${missing.slice(directory.length + 1)}.`, {
      hint: 'Install version 4.22, whose package holds the sources of its addon.',
    });
  }
  return { name, directory, sources, addon: addonPath(manifest) };
}

/** This package comes first: starting the backend imports from here. */
function lookups(): string[] {
  return [fileURLToPath(import.meta.url), join(process.cwd(), 'package.json')];
}

/** Searches like `import`: in the directories above, not in those of NODE_PATH. */
function resolveFrom(file: string, path: string): string | undefined {
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', path);
    if (existsSync(candidate)) return realpathSync(candidate);
    if (directory === dirname(directory)) return undefined;
  }
}

/** Asks node-pre-gyp, as the package does: the directory depends on the version of N-API. */
function addonPath(manifest: string): string {
  const preGyp = createRequire(manifest)('@mapbox/node-pre-gyp') as { find(manifest: string): string };
  return preGyp.find(manifest);
}
