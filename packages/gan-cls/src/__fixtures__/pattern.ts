/** The weights, inputs and draws that make_golden.py computes too, and its results. */

import { readFileSync } from 'node:fs';
import { float32Tensor, type NamedTensor, Rng, type StateDict, sizeOf } from '@t2i/core';
import { readSafetensors } from '@t2i/formats';
import { type GanClsOverrides, resolveConfig } from '../config.ts';

/** sin(0.7548776662 i² + seed) */
export function pattern(seed: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * i * 0.7548776662 + seed));
}

/** Each weight by its name and kind; running statistics off their defaults, so that they matter. */
export function initialWeight(name: string, shape: readonly number[]): Float32Array {
  const seed = [...name].reduce((sum, character, k) => sum + character.charCodeAt(0) * (k + 1), 0);
  const kind = name.split('/').at(-1);
  const [offset, scale] = { gamma: [1, 0.2], moving_variance: [1, 0.3] }[kind!] ?? [0, 0.2];
  return pattern(seed, sizeOf(shape)).map((value) => offset! + scale! * value);
}

/** The same names and shapes, weights by pattern, optimisers at rest. */
export function byPattern({ tensors, metadata }: StateDict): StateDict {
  const entries = Object.entries(tensors)
    .filter(([name]) => !name.startsWith('adam/'))
    .map(([name, { shape }]) => [name, float32Tensor(shape, initialWeight(name.replace(/^ema/, 'generator'), shape))] as const);
  return { tensors: { ...tensors, ...Object.fromEntries(entries) }, metadata };
}

/** Noise by pattern, a new seed for each draw. */
export class PatternRng extends Rng {
  #draws = 100;

  constructor() {
    super(0);
  }

  override normal(count: number): Float32Array {
    return pattern(this.#draws++, count);
  }
}

const small = { embeddingDim: 12, projectedDim: 6, noiseDim: 8 };

/** The architectures of make_golden.py. */
export const ARCHITECTURES = {
  plain32: { ...small, imageSize: 32, generatorFilters: 2, discriminatorFilters: 2, residual: false },
  residual64: { ...small, imageSize: 64, generatorFilters: 2, discriminatorFilters: 2 },
  quirks32: {
    ...small,
    imageSize: 32,
    generatorFilters: 4,
    discriminatorFilters: 2,
    leakyAfterThird: false,
    textBatchNorm: true,
  },
} as const satisfies Record<string, GanClsOverrides>;

export type Architecture = keyof typeof ARCHITECTURES;

/** An architecture with the weights of the objective that make_golden.py uses. */
export function goldenConfig(architecture: Architecture, overrides: GanClsOverrides = {}) {
  return resolveConfig({ ...ARCHITECTURES[architecture], clsWeight: 0.4, interpWeight: 0.75, ...overrides });
}

/** The results in a file of this directory. */
export function readGolden(name: string): Readonly<Record<string, NamedTensor>> {
  return readSafetensors(readFileSync(new URL(`${name}.safetensors`, import.meta.url))).tensors;
}
