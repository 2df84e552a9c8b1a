/** Which package may depend on which. */

import { describe, expect, it } from 'vitest';
import { dependenciesOf, loadedBy, manifests } from './support/packages.ts';

const TFJS = '@tensorflow/tfjs-';

/** The packages of this repository and of TensorFlow.js that each package may depend on. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  communicator: ['@t2i/core'],
  ops: ['@t2i/core', `${TFJS}core`],
  formats: ['@t2i/core'],
  'image-node': ['@t2i/core', '@t2i/formats'],
  backend: [
    '@t2i/core',
    ...['utils', 'wasm', 'webgpu', 'native', 'tensorflow'].map((name) => `@t2i/backend-${name}`), // the last two are optional peers
    ...['core', 'backend-cpu', 'backend-webgl', 'backend-webgpu'].map((name) => TFJS + name), // the last two are optional peers
  ],
  'backend-utils': ['@t2i/core', `${TFJS}core`, `${TFJS}backend-cpu`],
  'backend-wasm': [
    '@t2i/core',
    '@t2i/backend-utils',
    ...['core', 'backend-cpu', 'backend-wasm'].map((name) => TFJS + name),
  ],
  'backend-webgpu': [
    '@t2i/core',
    '@t2i/backend-utils',
    '@t2i/ops', // names and types of the fused kernels
    ...['core', 'backend-webgpu'].map((name) => TFJS + name), // the second is an optional peer
  ],
  'backend-tensorflow': [
    '@t2i/core',
    '@t2i/backend-utils',
    ...['core', 'backend-cpu', 'node', 'node-gpu'].map((name) => TFJS + name), // the last two are optional peers
  ],
  'backend-native': ['@t2i/core', '@t2i/ops', `${TFJS}core`, `${TFJS}backend-cpu`],
  'backend-conformance': [], // private: all that it tests is what it is developed with
  dataset: ['@t2i/core', '@t2i/formats', '@t2i/image-node'],
  'text-encoder': ['@t2i/core', '@t2i/formats', '@t2i/ops', `${TFJS}core`, `${TFJS}layers`],
  'image-encoder': ['@t2i/core', '@t2i/formats', '@t2i/image-node', `${TFJS}core`],
  'gan-cls': ['@t2i/core', '@t2i/ops', `${TFJS}core`, `${TFJS}layers`],
  trainer: ['@t2i/core', '@t2i/formats', '@t2i/image-node'],
  server: ['@t2i/core', '@t2i/image-node'],
  metrics: ['@t2i/core'],
  'published-model': [
    ...['core', 'formats', 'gan-cls', 'text-encoder'].map((name) => `@t2i/${name}`),
    `${TFJS}core`,
    `${TFJS}layers`,
  ],
  pipeline: [
    ...['core', 'dataset', 'gan-cls', 'image-encoder', 'image-node', 'metrics', 'published-model'].map(
      (name) => `@t2i/${name}`,
    ),
    '@t2i/text-encoder',
    '@t2i/trainer',
    `${TFJS}core`,
    `${TFJS}layers`,
  ],
  reports: ['core', 'image-node', 'pipeline', 'published-model', 'text-encoder'].map((name) => `@t2i/${name}`),
  bundle: ['core', 'dataset', 'pipeline'].map((name) => `@t2i/${name}`),
  flowers: ['@t2i/published-model', `${TFJS}core`, `${TFJS}layers`],
  web: [], // a page: everything is built into it
  'test-utils': ['@t2i/core', '@t2i/backend-utils'],
};

const names = [...manifests.keys()];
const libraries = names.filter((name) => name !== '@t2i/cli');
const browserSafe = [
  ...[
    'core',
    'formats',
    'ops',
    'dataset',
    'text-encoder',
    'image-encoder',
    'gan-cls',
    'metrics',
    'backend',
    'backend-utils',
    'backend-wasm',
    'backend-webgpu',
    'published-model',
    'flowers',
  ],
].map((name) => `@t2i/${name}`);

describe('dependencies', () => {
  it.each(libraries)('of %s are allowed', (name) => {
    const allowed = ALLOWED[name.replace('@t2i/', '')];
    expect(allowed, `${name} needs a row in ALLOWED`).toBeDefined();
    const relevant = dependenciesOf(name).filter((other) => other.startsWith('@t2i/') || other.startsWith(TFJS));
    expect(relevant.filter((other) => !allowed!.includes(other))).toEqual([]);
  });

  it('of core and ops are minimal', () => {
    expect(dependenciesOf('@t2i/core')).toEqual([]);
    expect(dependenciesOf('@t2i/ops')).toEqual(['@t2i/core', `${TFJS}core`]);
  });

  it('have no cycles', () => {
    const visit = (name: string, path: readonly string[]): void => {
      expect(path, [...path, name].join(' → ')).not.toContain(name);
      for (const other of dependenciesOf(name)) if (manifests.has(other)) visit(other, [...path, name]);
    };
    for (const name of names) visit(name, []);
  });

  it.each(libraries)(
    'of %s on tfjs-core and tfjs-layers are peers, because two copies do not work together',
    (name) => {
      const own = Object.keys(manifests.get(name)!.dependencies ?? {});
      expect(own.filter((other) => [`${TFJS}core`, `${TFJS}layers`].includes(other))).toEqual([]);
    },
  );
});

it.each(browserSafe)('%s can be imported without Node', (name) => {
  const loaded = loadedBy(name);
  expect(loaded.filter((module) => module.startsWith('node:'))).toEqual([]);
});

it('the t2i command loads the code of a command only when it is called', () => {
  const outside = new Set(loadedBy('@t2i/cli').map((module) => module.split(' ')[0]));
  expect([...outside].filter((module) => !module!.startsWith('node:'))).toEqual(['commander']);
  const drawing = loadedBy('@t2i/cli', 'commands/generate.ts').map((module) => module.split(' ')[0]);
  expect(drawing).toContain('@tensorflow/tfjs-core');
  for (const heavy of ['sharp', 'hono', 'pino', 'modern-tar']) expect(drawing).not.toContain(heavy);
});

it('the search for imports finds Node modules', () => {
  expect(loadedBy('@t2i/core/node').join()).toContain('node:fs');
});
