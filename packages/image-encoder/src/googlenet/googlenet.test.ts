import '@tensorflow/tfjs-backend-cpu';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isNativeAvailable } from '@t2i/backend-native';
import { CheckpointError, ConfigError, float32Tensor } from '@t2i/core';
import { readSafetensors, writeSafetensors } from '@t2i/formats';
import { expectAllClose } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFixture, readGolden, SMALL } from './__fixtures__/small.ts';
import { GOOGLENET, weightShapes } from './architecture.ts';
import { GoogLeNet } from './googlenet.ts';

const options = { architecture: SMALL };
const weights = await readFixture('small.safetensors');
const golden = await readGolden();

beforeAll(() => tf.setBackend('cpu'));

describe('GoogLeNet', () => {
  it('has 6,998,552 parameters and 1,024 features', () => {
    const count = [...weightShapes(GOOGLENET).values()].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b), 0);
    expect(count).toBe(6_998_552);
  });

  it('gives the features and probabilities of PyTorch, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const network = GoogLeNet.fromSafetensors(weights, options);
    const loaded = tf.memory().numTensors;
    const features = await network.encode(golden.images);
    const { data: probabilities } = await network.classify(golden.images);
    expect(features.shape).toEqual([2, 15]);
    expectAllClose(features.data, golden.pool5, { absolute: 1e-4, relative: 1e-4 });
    expectAllClose(probabilities, golden.prob, { absolute: 1e-5 });
    expect(tf.memory().numTensors).toBe(loaded);
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(['small.caffemodel', 'small-v1.caffemodel'])('reads the same weights from %s', async (name) => {
    const network = GoogLeNet.fromCaffeModel(await readFixture(name), options);
    const other = GoogLeNet.fromSafetensors(weights, options);
    expect(network.id).toBe(other.id);
    network.dispose();
    other.dispose();
  });

  it('refuses weights of another network, naming the tensor', () => {
    expect(() => GoogLeNet.fromSafetensors(weights)).toThrow(/conv1\/7x7_s2\/weight/);
    expect(() => GoogLeNet.fromSafetensors(weights.subarray(0, 5000), options)).toThrow(CheckpointError);
    const { tensors, metadata } = readSafetensors(weights);
    const extra = writeSafetensors({
      tensors: { ...tensors, more: float32Tensor([1], new Float32Array(1)) },
      metadata,
    });
    expect(() => GoogLeNet.fromSafetensors(extra, options)).toThrow(/"more"/);
  });

  it('takes larger images with the same weights, and several sizes of one image, under other names', async () => {
    const at = (...imageSizes: number[]) => GoogLeNet.fromSafetensors(weights, { ...options, imageSizes });
    const [own, larger, double] = [at(64), at(96), at(64, 128)];
    const named = (name: string) => own.id.replace('googlenet', name);
    expect([larger.id, double.id, double.imageSize]).toEqual([
      named('googlenet-at-96'),
      named('googlenet-at-64-128'),
      128,
    ]);
    const { data } = await larger.encode(golden.larger);
    expectAllClose(data, golden.largerPool5, { absolute: 1e-4, relative: 1e-4 });

    // every pixel of the golden images four times: scaled down they are those again
    const { images } = golden;
    const repeated = Float32Array.from({ length: 4 * images.data.length }, (_, i) => {
      const [n, y, x, c] = [Math.floor(i / 49152), Math.floor(i / 384) % 128, Math.floor(i / 3) % 128, i % 3];
      return images.data[((n * 64 + (y >> 1)) * 64 + (x >> 1)) * 3 + c]!;
    });
    const batch = { data: repeated, shape: [2, 128, 128, 3] as const };
    const twice = at(128);
    const large = (await twice.encode(batch)).data;
    const mean = golden.pool5.map((value, i) => (value + large[i]!) / 2);
    expectAllClose((await double.encode(batch)).data, mean, { absolute: 1e-4, relative: 1e-4 });
    for (const network of [own, larger, double, twice]) network.dispose();
  });

  it('gives other layers than the last, with more weight on the centre, as PyTorch does, under another name', async () => {
    const layers = ['inception_4a', 'pool2', 'inception_5a/3x3'];
    const network = GoogLeNet.fromSafetensors(weights, { ...options, layers, centre: true });
    expect(network.name).toBe('googlenet-4a-pool2-5a.3x3-centre');
    expect(network.id).toMatch(/^googlenet-4a-pool2-5a\.3x3-centre-[0-9a-f]{16}$/);
    const { data, shape } = await network.encode(golden.images);
    expect(shape).toEqual([2, 23]);
    expectAllClose(data, golden.layers, { absolute: 1e-4, relative: 1e-4 });
    expect(network.classifies).toBe(false);
    await expect(network.classify(golden.images)).rejects.toThrow(/takes pool5/);
    network.dispose();
  });

  it.each([[[]], [['inception_9z']], [['']], [['pool2', 'pool2']]])('refuses the layers %o', (layers) => {
    expect(() => GoogLeNet.fromSafetensors(weights, { ...options, layers })).toThrow(ConfigError);
  });

  it.each([[[]], [[0]], [[100]], [[-32]], [[32.5]], [[96, 64]], [[64, 64]]])('refuses the sides %o', (imageSizes) => {
    expect(() => GoogLeNet.fromSafetensors(weights, { ...options, imageSizes })).toThrow(/multiples of 32/);
  });

  it('takes images of its own size only', async () => {
    const network = GoogLeNet.fromSafetensors(weights, options);
    const images = { data: new Float32Array(32 * 32 * 3), shape: [1, 32, 32, 3] as const };
    await expect(network.encode(images)).rejects.toThrow(/takes 64 pixels/);
    network.dispose();
  });
});

/** Where the kernels are compiled; the reference backend needs half a minute for two images. */
const native = isNativeAvailable();
const directory = fileURLToPath(new URL('../../../../../shared/data/googlenet/', import.meta.url));

describe.skipIf(!existsSync(directory) || !native)(`BVLC's weights in ${directory}`, () => {
  it('give the features and probabilities of an independent forward pass', async () => {
    await tf.setBackend('native');
    const network = GoogLeNet.fromSafetensors(readFileSync(`${directory}bvlc_googlenet.safetensors`));
    const { images_rgb, pool5, prob } = readSafetensors(readFileSync(`${directory}golden.safetensors`)).tensors;
    const data = Float32Array.from(images_rgb!.data, (byte) => byte / 127.5 - 1);
    const images = { data, shape: [6, 224, 224, 3] as const };
    expectAllClose((await network.encode(images)).data, pool5!.data, { absolute: 1e-4 });
    expectAllClose((await network.classify(images)).data, prob!.data, { absolute: 1e-5 });
    network.dispose();
  });
});
