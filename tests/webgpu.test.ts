/** Training and generating on WebGPU without a graphics card (SwiftShader), compared with the reference backend `cpu`. */

import { startWebgpu } from '@t2i/backend-webgpu';
import { Rng, type StateDict, type TrainBatch } from '@t2i/core';
import { GanCls, type GanClsOverrides, PRESETS, presetConfig } from '@t2i/gan-cls';
import { GoogLeNet } from '@t2i/image-encoder';
import { Adam, batchNormTraining, RmsProp, rectify, threshold, weightedSum } from '@t2i/ops';
import { expectAllClose, relativeError, skipWithoutSwiftShader } from '@t2i/test-utils';
import { expectSame, expectSameWithGradients, randomValues, startBackends } from '@t2i/test-utils/kernels/compare';
import { CharCnnRnnNetwork, JointEmbedding, resolveCharCnnRnnConfig, trainedEncoder } from '@t2i/text-encoder/training';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { readFixture, readGolden, SMALL } from '../packages/image-encoder/src/googlenet/__fixtures__/small.ts';

/** Milliseconds for what takes some thousand on idle cores. */
const PATIENCE = 180_000;

const ROWS = 2;
/** Channels and lengths; image sizes and everything else stay those of the preset. */
const NARROW: GanClsOverrides = {
  embeddingDim: 12,
  projectedDim: 8,
  noiseDim: 6,
  generatorFilters: 4,
  discriminatorFilters: 4,
};

function batchFor({ imageSize, embeddingDim }: GanCls): TrainBatch {
  const rng = new Rng(7);
  const images = () => ({
    data: rng.normal(ROWS * imageSize ** 2 * 3).map(Math.tanh),
    shape: [ROWS, imageSize, imageSize, 3] as const,
  });
  const embeddings = () => ({ data: rng.normal(ROWS * embeddingDim), shape: [ROWS, embeddingDim] as const });
  return { images: images(), embeddings: embeddings(), wrongImages: images(), wrongEmbeddings: embeddings() };
}

/** The results of two steps and of generating images on a backend, and the growth of memory in tensors during the second step. */
async function trainGan(backend: string, overrides: GanClsOverrides) {
  await tf.setBackend(backend);
  const model = new GanCls(presetConfig('dcgan', overrides), new Rng(1));
  const options = { learningRate: 1e-3, rng: new Rng(2) };
  const batch = batchFor(model);
  const first = await model.step(batch, options);
  const { tensors } = await model.state();
  const before = tf.memory().numTensors;
  const second = await model.step(batch, options);
  const grown = tf.memory().numTensors - before;
  const images = await model.generate({
    embeddings: batch.embeddings,
    noise: new Rng(3).normal(ROWS * model.noiseDim),
  });
  model.dispose();
  return { first, second, tensors, grown, images };
}

interface Recording {
  runWebGPUProgram(...call: unknown[]): unknown;
  readonly device: { createBindGroup(options: object): object };
}

/** After so many steps a step finds most of its buffers where an earlier one had them. */
const STEPS_TO_SETTLE = 12;

/** Compute shaders of one step of the preset `dcgan`, with the fused kernels of the backend and with the compositions that stand in for them. */
async function programsOfStep(): Promise<{ fused: number; stock: number }> {
  await tf.setBackend('webgpu');
  const model = new GanCls(presetConfig('dcgan', NARROW), new Rng(1));
  const batch = batchFor(model);
  const backend = tf.backend() as unknown as Recording;
  const { runWebGPUProgram } = backend;
  let programs = 0;
  backend.runWebGPUProgram = (...call) => {
    programs += 1;
    return runWebGPUProgram.apply(backend, call);
  };
  const count = async () => {
    programs = 0;
    await model.step(batch, { learningRate: 1e-3, rng: new Rng(2) });
    return programs;
  };
  const fused = await count();
  const kernels = tf.getKernelsForBackend('webgpu').filter(({ kernelName }) => kernelName.startsWith('T2i'));
  for (const { kernelName } of kernels) tf.unregisterKernel(kernelName, 'webgpu');
  const stock = await count();
  for (const kernel of kernels) {
    if (tf.getKernel(kernel.kernelName, 'webgpu')) tf.unregisterKernel(kernel.kernelName, 'webgpu');
    tf.registerKernel(kernel);
  }
  backend.runWebGPUProgram = runWebGPUProgram;
  model.dispose();
  return { fused, stock };
}

/** Weights six times as far from zero: as drawn, a narrow encoder gives every caption the same embedding, and its gradients are noise. */
function spreadOut(state: StateDict): StateDict {
  const spread = Object.entries(state.tensors).map(([name, tensor]) => {
    const scaled = name.startsWith('text/') && { data: (tensor.data as Float32Array).map((value) => 6 * value) };
    return [name, { ...tensor, ...scaled }] as const;
  });
  return { ...state, tensors: Object.fromEntries(spread) as StateDict['tensors'] };
}

/** All tensors whose name matches, one after the other. */
function joined(tensors: StateDict['tensors'], pattern: RegExp): number[] {
  const names = Object.keys(tensors).filter((name) => pattern.test(name));
  return names.flatMap((name) => Array.from(tensors[name]!.data as Float32Array));
}

describe.skipIf(skipWithoutSwiftShader)('webgpu on SwiftShader', { timeout: PATIENCE }, () => {
  beforeAll(() => startBackends('webgpu', () => startWebgpu({ software: true })), PATIENCE);

  describe('an operation of @t2i/ops', () => {
    const rng = new Rng(1);
    const [x, other, scale, shift] = [[3, 4, 5, 6], [3, 4, 5, 6], [6], [6]].map((shape) => randomValues(rng, shape));

    it.each(['linear', 'relu', 'leakyRelu'] as const)('normalises and rectifies: %s', async (activation) => {
      await expectSameWithGradients(
        activation,
        [x!, scale!, shift!],
        (x, gamma, beta) => batchNormTraining(x!, gamma!, beta!, { activation }).y,
      );
      if (activation === 'linear') return; // rectify gives back what it was given
      await expectSameWithGradients(activation, [x!], (x) => rectify(x!, activation));
    });

    it('averages and cuts off', async () => {
      await expectSameWithGradients('weightedSum', [x!, other!], (a, b) => weightedSum(a!, b!, 0.9, 0.1));
      await expectSameWithGradients('threshold', [x!], (x) => threshold(x!, 0.1));
    });

    it.each([
      ['Adam', Adam],
      ['RmsProp', RmsProp],
    ])('moves weights: %s', async (_, Optimiser) => {
      await expectSame('three steps', [x!, other!], (start, gradient) => {
        const weights = tf.variable(start!, true, 'weights');
        const optimiser = new Optimiser({ weights });
        for (let i = 0; i < 3; i++) optimiser.apply({ weights: tf.mul(gradient!, i + 1) }, 1e-3);
        const moved = tf.clone(weights);
        optimiser.dispose();
        weights.dispose();
        return moved;
      });
    });
  });

  describe('the GAN', () => {
    const cases: Record<string, GanClsOverrides> = {
      ...PRESETS,
      'everything else': {
        imageSize: 32,
        objective: 'gan-int-cls',
        mismatch: 'image',
        sharedFake: false,
        textBatchNorm: true,
        leakyAfterThird: false,
        augmentation: ['translation', 'cutout'],
      },
    };
    it.each(Object.entries(cases))('trains and generates as on the cpu: %s', async (_, overrides) => {
      const expected = await trainGan('cpu', { ...overrides, ...NARROW });
      const actual = await trainGan('webgpu', { ...overrides, ...NARROW });
      expect(Object.keys(actual.first)).toEqual(Object.keys(expected.first));
      expectAllClose(Object.values(actual.first), Object.values(expected.first), { relative: 1e-4, absolute: 1e-5 });
      // after one step Adam's m is half the gradient; its division by its own size makes noise of gradients near zero into steps
      for (const gradients of [/generator.*\/m$/, /discriminator.*\/m$/]) {
        const [reference, ours] = [expected, actual].map(({ tensors }) => joined(tensors, gradients));
        expect(reference!.length).toBeGreaterThan(1000);
        expect(relativeError(ours!, reference!)).toBeLessThan(1e-2);
      }
      expectAllClose(Object.values(actual.second), Object.values(expected.second), { relative: 1e-2, absolute: 1e-2 });
      expect(relativeError(actual.images.data, expected.images.data)).toBeLessThan(1e-2);
      expect(actual.grown).toBe(0);
    });
  });

  it('a step of the GAN needs less than half of the programs of stock operations', async () => {
    const { fused, stock } = await programsOfStep();
    console.log(`dcgan: ${fused} programs a step, ${stock} by stock operations`);
    expect(fused).toBeLessThan(stock / 2);
  });

  it('a step reuses the bind groups of earlier steps', async () => {
    await tf.setBackend('webgpu');
    const model = new GanCls(presetConfig('tiny', NARROW), new Rng(1));
    const backend = tf.backend() as unknown as Recording;
    const programs = vi.spyOn(backend, 'runWebGPUProgram');
    const bindGroups = vi.spyOn(backend.device, 'createBindGroup');
    for (let step = 0; step < STEPS_TO_SETTLE; step++) {
      programs.mockClear();
      bindGroups.mockClear();
      await model.step(batchFor(model), { learningRate: 1e-3, rng: new Rng(2) });
    }
    expect(bindGroups.mock.calls.length).toBeLessThan(programs.mock.calls.length / 2);
    vi.restoreAllMocks();
    model.dispose();
  });

  it.each(['relu8', 'gru18'] as const)('the text encoder encodes and trains as on the cpu: %s', async (rnn) => {
    const captions = ['a red flower', 'many thin white petals', 'yellow', 'pink petals around a dark centre'];
    const features = { data: new Rng(4).normal(captions.length * 6), shape: [captions.length, 6] as const };
    const train = async (backend: string) => {
      await tf.setBackend(backend);
      const config = resolveCharCnnRnnConfig({ rnn, channels: [4, 6], cnnDim: 6, dim: 6 });
      const joint = new JointEmbedding(new CharCnnRnnNetwork(config, new Rng(3)));
      const state = spreadOut(await joint.state());
      await joint.load(state);
      const { data: embeddings } = await trainedEncoder(state, {}).encode(captions);
      const scalars = await joint.step({ features, captions }, { learningRate: 1e-3, rng: new Rng(1) });
      const meanSquares = joined((await joint.state()).tensors, /rmsProp.*kernel$/);
      joint.dispose();
      return { embeddings, loss: scalars['loss/joint']!, gradients: meanSquares.map(Math.sqrt) };
    };
    const [expected, actual] = [await train('cpu'), await train('webgpu')];
    expect(relativeError(actual.embeddings, expected.embeddings)).toBeLessThan(1e-4);
    expect(actual.loss / expected.loss).toBeCloseTo(1, 4);
    expect(expected.gradients.length).toBeGreaterThan(100);
    expect(relativeError(actual.gradients, expected.gradients)).toBeLessThan(1e-2);
  });

  it('GoogLeNet matches PyTorch', async () => {
    await tf.setBackend('webgpu');
    const golden = await readGolden();
    const network = GoogLeNet.fromSafetensors(await readFixture('small.safetensors'), { architecture: SMALL });
    expectAllClose((await network.encode(golden.images)).data, golden.pool5, { absolute: 1e-4, relative: 1e-4 });
    network.dispose();
  });
});
