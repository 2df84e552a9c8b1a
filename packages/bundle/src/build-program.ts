/**
 * The program of a bundle: everything that `t2i train` can reach in a few files, made by esbuild, and beside them what cannot be put
 * into JavaScript: addons, WebAssembly, the weights of the text encoder. Copying the packages instead would take 70 MB.
 *
 *     dist/          train.js, one file for each backend that is loaded by name, shared chunks, the backend's WebAssembly
 *     node_modules/  sharp, Dawn or TensorFlow; for backends in dist a package that leads there
 *     prebuilds/     the kernels of @t2i/backend-native
 *     weights/       the pretrained text encoder, when it is used
 *
 * Files are found from `import.meta.url` as in the packages: one directory up from `dist`.
 */

import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assert, ConfigError, errorMessage } from '@t2i/core';
import { readJsonFile, writeFileAtomic, writeJsonFile } from '@t2i/core/node';
import type { RunConfig } from '@t2i/pipeline';
import type { BuildOptions } from 'esbuild';
import { copyPackage, packageDirectory } from './packages.ts';
import { CONDITIONS, START_FILE } from './start-file.ts';

/** Backends that a bundle holds only on request. */
export const EXTRA_BACKENDS = ['webgpu', 'node', 'node-gpu'] as const;
export type ExtraBackend = (typeof EXTRA_BACKENDS)[number];

const NATIVE = '@t2i/backend-native';
const TENSORFLOW = '@t2i/backend-tensorflow';
const WEBGPU_BACKEND = '@tensorflow/tfjs-backend-webgpu';

/** CommonJS in a file of ES modules still asks for these. */
const COMMONJS = `import { createRequire as createRequire__ } from 'node:module';
const require = createRequire__(import.meta.url), __dirname = import.meta.dirname, __filename = import.meta.filename;`;

type PretrainedName = Extract<RunConfig['encoder'], { kind: 'pretrained' }>['name'];

export interface ProgramOptions {
  /** File that exports `trainBundled`: a `BundledProgram`. Packages are found as it finds them. */
  readonly program: string;
  readonly backends: readonly ExtraBackend[];
  /** Which of the text encoders that come with the packages is used. */
  readonly pretrained: PretrainedName | undefined;
}

/** Writes the program into the empty directory `out`. Returns the file of the kernels of the backend `native`, when they are compiled. */
export async function buildProgram(
  out: string,
  { program, backends, pretrained }: ProgramOptions,
): Promise<{ kernels: string | undefined }> {
  const home = dirname(program);
  const backend = await directoryOf('@t2i/backend', home);
  const tensorflow = backends.filter((name) => name !== 'webgpu');
  const byName = [NATIVE];
  if (backends.includes('webgpu')) byName.push(WEBGPU_BACKEND);
  if (tensorflow.length > 0) byName.push(TENSORFLOW);
  const entryPoints: Record<string, string> = { train: program };
  for (const name of byName) entryPoints[fileName(name)] = name;
  await runEsbuild({ entryPoints, outdir: join(out, 'dist'), splitting: true, absWorkingDir: backend });
  for (const name of byName) await leadTo(name, out);

  const modules = join(out, 'node_modules');
  await copyPackage('sharp', await directoryOf('@t2i/image-node', home), modules);
  if (backends.includes('webgpu')) await copyPackage('webgpu', backend, modules);
  for (const name of tensorflow)
    await copyPackage(`@tensorflow/tfjs-${name}`, await directoryOf(TENSORFLOW, home), modules);
  const wasm = await directoryOf('@t2i/backend-wasm', backend);
  await copyWebAssembly(await directoryOf('@tensorflow/tfjs-backend-wasm', wasm), join(out, 'dist'));
  if (pretrained !== undefined) await copyWeights(await directoryOf('@t2i/text-encoder', home), pretrained, out);
  const { version } = (await readJsonFile(backend, 'package.json')) as { version: string };
  await writeJsonFile(join(out, 'package.json'), { name: 't2i-bundle', version, private: true, type: 'module' });
  return { kernels: await copyKernels(await directoryOf(NATIVE, home), out) };
}

/**
 * esbuild, which is an optional peer: nothing but a bundle needs it, and its package runs an install script.
 * @throws ConfigError when it cannot be loaded
 */
export async function loadEsbuild(): Promise<typeof import('esbuild')> {
  try {
    return await import('esbuild');
  } catch (cause) {
    throw new ConfigError(`A bundle is built by esbuild, which cannot be loaded: ${errorMessage(cause)}`, {
      hint: 'Install it beside @t2i/cli: npm install esbuild',
      cause,
    });
  }
}

/** Writes `start.mjs`, one file. */
export async function buildStart(file: string): Promise<void> {
  await runEsbuild({ entryPoints: [START_FILE], outfile: file });
}

async function runEsbuild(options: BuildOptions): Promise<void> {
  const { build } = await loadEsbuild();
  try {
    await build({
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      // of CommonJS an `import()` in a bundle would give the default export alone
      mainFields: ['module', 'main'],
      // names stay: stacks are read by people
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'inline',
      conditions: [...CONDITIONS],
      external: ['sharp'],
      banner: { js: COMMONJS },
      logLevel: 'silent',
      ...options,
    });
  } catch (cause) {
    throw new ConfigError(`The program cannot be put together: ${errorMessage(cause)}`, {
      hint: 'In a clone of the repository run "npx --yes pnpm@10.34.9 build" first; otherwise install @t2i/cli again.',
      cause,
    });
  }
}

/** `@t2i/backend-native` → `backend-native`. */
const fileName = (name: string) => name.slice(name.indexOf('/') + 1);

/** A package of this name that is the file in `dist`: backends are imported by name, and must share one copy of tfjs-core. */
async function leadTo(name: string, out: string): Promise<void> {
  const directory = join(out, 'node_modules', name);
  await writeJsonFile(join(directory, 'package.json'), { name, type: 'module', exports: './index.js' });
  await writeFileAtomic(join(directory, 'index.js'), `export * from '../../../dist/${fileName(name)}.js';\n`);
}

/** Not the figures and images beside them. */
async function copyWeights(from: string, name: PretrainedName, out: string): Promise<void> {
  const directory = join(out, 'weights', name);
  await mkdir(directory, { recursive: true });
  for (const file of ['encoder.json', 'encoder.safetensors']) {
    await copyFile(join(from, 'weights', name, file), join(directory, file));
  }
}

async function copyWebAssembly(from: string, to: string): Promise<void> {
  const directory = join(from, 'dist');
  const names = (await readdir(directory)).filter((name) => name.endsWith('.wasm'));
  assert(names.length > 0, `${directory} holds no WebAssembly`);
  for (const name of names) await copyFile(join(directory, name), join(to, name));
}

/** The compiled kernels are looked for in two places; in the bundle there is one. */
async function copyKernels(from: string, out: string): Promise<string | undefined> {
  const prebuilt = `prebuilds/${process.platform}-${process.arch}.node`;
  const compiled = ['build/Release/t2i_native.node', prebuilt].find((path) => existsSync(join(from, path)));
  if (compiled === undefined) return undefined;
  await mkdir(join(out, 'prebuilds'));
  const copy = join(out, prebuilt);
  await copyFile(join(from, compiled), copy);
  return copy;
}

async function directoryOf(name: string, from: string): Promise<string> {
  const directory = await packageDirectory(name, from);
  assert(directory !== undefined, `${name} is not installed beside ${from}`);
  return directory;
}
