/** tfjs-core's tests and all backends as one file: tfjs's files import each other without extensions, which Node refuses. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/**
 * tfjs-node looks for its addon from where its file lies, by a package that stays outside; and it is compiled to functions,
 * which cannot be derived from a class by calling it.
 */
const tfjsNode: Plugin = {
  name: 'tfjs-node',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^@mapbox\/node-pre-gyp$/ }, ({ path, importer }) => ({
      path: createRequire(importer).resolve(path),
      external: true,
    }));
    onLoad({ filter: /tfjs-node(-gpu)?\/dist\/(index|nodejs_kernel_backend)\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return {
        contents: source
          .replaceAll('__dirname', JSON.stringify(dirname(path)))
          .replaceAll('_super.call(this) || this', 'Reflect.construct(_super, [], this.constructor)'),
      };
    });
  },
};

/** What CommonJS modules in the bundle take from Node. */
const COMMONJS = [
  "import { createRequire as requireFrom } from 'node:module';",
  'const require = requireFrom(import.meta.url);',
  'const __dirname = import.meta.dirname;',
].join(' ');

/** Writes the bundle into `directory`, which must lie within this package: some modules are resolved from there. */
export async function bundleSuite(directory: string): Promise<string> {
  const outfile = join(directory, 'suite.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../suite/suite.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    conditions: ['@t2i/source'],
    external: ['jasmine-core', 'node-fetch', 'webgpu', '@tensorflow/tfjs-backend-wasm/package.json'],
    plugins: [tfjsNode],
    ignoreAnnotations: true, // tfjs-core declares its tests free of side effects
    banner: { js: COMMONJS },
    logLevel: 'error',
  });
  return outfile;
}
