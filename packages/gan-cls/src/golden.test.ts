import '@tensorflow/tfjs-backend-cpu';
import { Rng, type StateDict, type TensorData, type TrainBatch } from '@t2i/core';
import { expectAllClose, relativeError } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Architecture, byPattern, goldenConfig, PatternRng, pattern, readGolden } from './__fixtures__/pattern.ts';
import type { GanClsConfig } from './config.ts';
import { GanCls } from './gan-cls.ts';

beforeAll(() => tf.setBackend(process.env.T2I_TEST_BACKEND ?? 'cpu'));

const ROWS = 4;

/** The minibatch of a step, as make_golden.py has it. */
function batchOf(step: number, { imageSize, embeddingDim }: GanClsConfig): TrainBatch {
  const images = (seed: number) => ({
    data: pattern(seed + 10 * step, ROWS * imageSize ** 2 * 3),
    shape: [ROWS, imageSize, imageSize, 3] as const,
  });
  const embeddings = (seed: number) => ({
    data: pattern(seed + 10 * step, ROWS * embeddingDim),
    shape: [ROWS, embeddingDim] as const,
  });
  return { images: images(1), embeddings: embeddings(2), wrongEmbeddings: embeddings(3), wrongImages: images(4) };
}

interface Case {
  architecture: Architecture;
  objective: GanClsConfig['objective'];
  mismatch: GanClsConfig['mismatch'];
  noise: 'shared' | 'fresh';
}

const cases: Case[] = [
  { architecture: 'residual64', objective: 'gan-cls', mismatch: 'text', noise: 'shared' },
  { architecture: 'quirks32', objective: 'gan-int-cls', mismatch: 'image', noise: 'fresh' },
];
for (const noise of ['shared', 'fresh'] as const) {
  for (const objective of ['gan', 'gan-int', 'gan-cls', 'gan-int-cls'] as const) {
    cases.push({ architecture: 'plain32', objective, mismatch: 'text', noise });
    if (objective.endsWith('cls')) cases.push({ architecture: 'plain32', objective, mismatch: 'image', noise });
  }
}

describe('three steps, against PyTorch', () => {
  it.each(cases)('$architecture, $objective, mismatching $mismatch, $noise noise', async (which) => {
    const { architecture, objective, mismatch, noise } = which;
    const expected = readGolden(`steps-${architecture}-${objective}-${mismatch}-${noise}`);
    const model = new GanCls(
      goldenConfig(architecture, { objective, mismatch, sharedFake: noise === 'shared' }),
      new Rng(1),
    );
    const start = byPattern(await model.state());
    await model.load(start);
    const rng = new PatternRng();

    for (let step = 0; step < 3; step++) {
      const scalars = await model.step(batchOf(step, model.config), { learningRate: 2e-4, rng });
      const names = ['loss/discriminator', 'loss/generator', 'score/real', 'score/wrong', 'score/fake'];
      expect(Object.keys(scalars).sort()).toEqual(
        names.filter((name) => name !== 'score/wrong' || objective.endsWith('cls')).sort(),
      );
      const row = expected.scalars!.data.subarray(step * 5, (step + 1) * 5);
      const actual = names.map((name) => scalars[name] ?? Number.NaN);
      expectAllClose(actual, row, { relative: 1e-4, absolute: 1e-7 });
      if (step === 0) expectFirstGradients((await model.state()).tensors, expected);
    }
    expectFinalWeights((await model.state()).tensors, start.tensors, expected);
    model.dispose();
  });
});

/**
 * Where batch normalisation takes a shift away again (a bias before it), the gradient is zero but for rounding.
 * Adam divides it by its own size, so such elements walk at random in both programs: they are left out.
 */
const NOISE_FLOOR = 1e-6;

/** After one step Adam's m is (1 − beta1) = ½ of the gradient. */
function expectFirstGradients(tensors: StateDict['tensors'], expected: StateDict['tensors']) {
  const names = Object.keys(expected).filter((name) => name.startsWith('gradient/'));
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) {
    const m = tensors[`adam/${name.slice('gradient/'.length)}/m`]!.data as Float32Array;
    const gradient = m.map((value) => value * 2);
    const significant = Math.max(...expected[name]!.data.map(Math.abs)) > NOISE_FLOOR;
    if (significant) expect(relativeError(gradient, expected[name]!.data), name).toBeLessThan(1e-4);
    else expect(Math.max(...gradient.map(Math.abs)), name).toBeLessThan(NOISE_FLOOR);
  }
}

/** The way that weights and running statistics went, not only where they are: of each network as a whole, and of each tensor. */
function expectFinalWeights(
  tensors: StateDict['tensors'],
  start: StateDict['tensors'],
  expected: StateDict['tensors'],
) {
  const ways = { generator: [[], []], discriminator: [[], []] } as Record<
    string,
    [actual: number[], expected: number[]]
  >;
  const names = Object.keys(expected).filter((name) => name.startsWith('final/'));
  expect(names.some((name) => name.includes('moving_variance'))).toBe(true);
  for (const name of names) {
    const key = name.slice('final/'.length);
    const gradient = expected[`gradient/${key}`]?.data;
    expect(tensors[key]!.shape).toEqual(expected[name]!.shape);
    const way = (to: TensorData) =>
      Array.from(to, (value, i) => value - start[key]!.data[i]!).filter(
        (_, i) => gradient === undefined || Math.abs(gradient[i]!) > NOISE_FLOOR,
      );
    const [actualWay, expectedWay] = [way(tensors[key]!.data), way(expected[name]!.data)];
    expect(relativeError(actualWay, expectedWay), name).toBeLessThan(1e-2);
    const whole = ways[key.split('/')[0]!]!;
    whole[0].push(...actualWay);
    whole[1].push(...expectedWay);
  }
  const all = names.reduce((sum, name) => sum + expected[name]!.data.length, 0);
  expect((ways.generator![0].length + ways.discriminator![0].length) / all).toBeGreaterThan(0.99);
  for (const [network, way] of Object.entries(ways)) expect(relativeError(...way), network).toBeLessThan(1e-3);
}
