/** Installed packages with all that they need at run time on this platform, copied into a flat `node_modules`. */

import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '@t2i/core';

/** Types, maps and sources of addons are not loaded. */
const NOT_LOADED = /\.(?:d\.[cm]?ts|ts|map|md|cc|h|gyp|markdown)$/i;
/** A directory with files of one platform. */
const PLATFORM = /^(?:darwin|win32|linux|linuxmusl|freebsd|android)-\w+$/;
const HERE = `${process.platform}-${process.arch}`;

interface PackageJson {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The directory of the package `name` as the code in `from` would find it. */
export async function packageDirectory(name: string, from: string): Promise<string | undefined> {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  const found = places.map((place) => join(place, name)).find((place) => existsSync(join(place, 'package.json')));
  return found === undefined ? undefined : realpath(found);
}

/**
 * Copies `name`, found from the directory `from`, and its dependencies into `nodeModules`. Optional ones that are not installed stay out.
 * @throws ConfigError when a package is not installed, or in two versions
 */
export async function copyPackage(name: string, from: string, nodeModules: string): Promise<void> {
  const directory = await packageDirectory(name, from);
  if (directory === undefined) {
    throw new ConfigError(`The package ${name} is not installed.`, { hint: `Install it: npm install ${name}` });
  }
  const manifest = await readManifest(directory);
  const target = join(nodeModules, name);
  if (existsSync(target)) {
    const { version } = await readManifest(target);
    if (version === manifest.version) return;
    throw new ConfigError(`The bundle would need ${name} in two versions, ${version} and ${manifest.version}.`);
  }
  await mkdir(dirname(target), { recursive: true });
  await cp(directory, target, { recursive: true, dereference: true, filter: (path) => isLoaded(path, directory) });
  for (const needed of Object.keys(manifest.dependencies ?? {})) await copyPackage(needed, directory, nodeModules);
  for (const wanted of Object.keys(manifest.optionalDependencies ?? {})) {
    if ((await packageDirectory(wanted, directory)) !== undefined) await copyPackage(wanted, directory, nodeModules);
  }
}

function isLoaded(path: string, directory: string): boolean {
  if (path === directory) return true;
  const name = basename(path);
  return name !== 'node_modules' && !NOT_LOADED.test(name) && (!PLATFORM.test(name) || name === HERE);
}

async function readManifest(directory: string): Promise<PackageJson> {
  return JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as PackageJson;
}
