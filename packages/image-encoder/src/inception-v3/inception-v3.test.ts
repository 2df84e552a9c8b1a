import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { CheckpointError } from '@t2i/core';
import { readSafetensors } from '@t2i/formats';
import { expectAllClose } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { INCEPTION_V3, inceptionV3Steps, weightShapes } from './architecture.ts';
import { InceptionV3 } from './inception-v3.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`__fixtures__/${name}`, import.meta.url)));
const SMALL = { imageSize: 139, steps: inceptionV3Steps((channels) => Math.ceil(channels / 48)), classes: 5 };
const options = { architecture: SMALL };
const weights = fixture('small.safetensors');
const golden = readSafetensors(fixture('golden.safetensors')).tensors;
const images = {
  data: Float32Array.from(golden.images!.data, (byte) => byte / 127.5 - 1),
  shape: [2, 139, 139, 3] as const,
};

beforeAll(() => tf.setBackend('cpu'));

describe('InceptionV3', () => {
  it('has 2,048 features and as many parameters as the original', () => {
    const { shapes, dim } = weightShapes(INCEPTION_V3);
    expect(dim).toBe(2048);
    const count = (names: RegExp) =>
      [...shapes].reduce((sum, [name, shape]) => sum + (names.test(name) ? shape.reduce((a, b) => a * b) : 0), 0);
    // torchvision: 27,161,264 parameters, of them 2,049,000 of its classifier, 3,326,696 of the auxiliary one; two per channel of normalisation
    const biases = count(/\.bias$/) - 1008;
    expect(count(/^(?!fc).*weight$/) + 2 * biases).toBe(27_161_264 - 2_049_000 - 3_326_696);
  });

  it('gives the features and probabilities of PyTorch, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const network = InceptionV3.fromSafetensors(weights, options);
    const loaded = tf.memory().numTensors;
    const features = await network.encode(images);
    expect(features.shape).toEqual([2, network.dim]);
    expectAllClose(features.data, golden.features!.data, { absolute: 1e-5, relative: 1e-4 });
    const { data } = await network.probabilities(features);
    expectAllClose(data, golden.probabilities!.data, { absolute: 1e-5 });
    expect(tf.memory().numTensors).toBe(loaded);
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses weights of another network, and images of another size', async () => {
    expect(() => InceptionV3.fromSafetensors(weights)).toThrow(CheckpointError);
    expect(() => InceptionV3.fromSafetensors(weights)).toThrow(/Conv2d_1a_3x3\.weight/);
    const network = InceptionV3.fromSafetensors(weights, options);
    const small = { data: new Float32Array(64 * 64 * 3), shape: [1, 64, 64, 3] as const };
    await expect(network.encode(small)).rejects.toThrow(/takes 139 pixels/);
    network.dispose();
  });
});
