/** The packages of this repository as their manifests and sources describe them. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGES = join(import.meta.dirname, '../../packages');

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | { readonly '@t2i/source': string }>>;
}

const directories = readdirSync(PACKAGES);

/** Manifests by package name. */
export const manifests: ReadonlyMap<string, Manifest> = new Map(
  directories.map((directory) => {
    const manifest = JSON.parse(readFileSync(join(PACKAGES, directory, 'package.json'), 'utf8')) as Manifest;
    return [manifest.name, manifest];
  }),
);

/** What a package needs of those who install it and brings along; not what it is developed with. */
export function dependenciesOf(name: string): string[] {
  const { dependencies, peerDependencies } = manifests.get(name)!;
  return Object.keys({ ...dependencies, ...peerDependencies }).sort();
}

/** `@t2i/core/node` → its source file. */
function sourceOf(specifier: string): string {
  const [scope, directory, ...path] = specifier.split('/');
  const entry = manifests.get(`${scope}/${directory}`)?.exports?.[['.', ...path].join('/')];
  if (typeof entry !== 'object') throw new Error(`${specifier} is not exported`);
  return join(PACKAGES, directory!, entry['@t2i/source']);
}

/** `import … from`, `export … from` and bare `import`; types alone leave no trace in what runs. */
const STATIC_IMPORT = /^(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;

/**
 * Everything outside this repository that importing `specifier` loads, each as `module ← file`.
 * @param file in the directory of that entry, instead of the entry itself
 */
export function loadedBy(specifier: string, file?: string): string[] {
  const outside: string[] = [];
  const seen = new Set<string>();
  const visit = (source: string) => {
    if (seen.has(source)) return;
    seen.add(source);
    for (const [, target] of readFileSync(source, 'utf8').matchAll(STATIC_IMPORT)) {
      if (target!.startsWith('.')) visit(join(dirname(source), target!));
      else if (target!.startsWith('@t2i/')) visit(sourceOf(target!));
      else outside.push(`${target} ← ${source}`);
    }
  };
  const entry = sourceOf(specifier);
  visit(file === undefined ? entry : join(dirname(entry), file));
  return outside;
}
