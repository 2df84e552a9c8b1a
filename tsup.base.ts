import { defineConfig } from 'tsup';

/** The one way a package of this repository is built: ES modules and their types, for Node ≥ 20.19 and bundlers. */
export function library(entry: string[]) {
  return defineConfig({
    entry,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    dts: true,
    sourcemap: true,
    clean: true,
    external: [/^node:/],
  });
}
