import '@tensorflow/tfjs-backend-cpu';
import type { ImageFeatures } from '@t2i/core';
import { type CaptionEncoder, ConfigError, DatasetError, type TextImageDataset } from '@t2i/core';
import { expectAllClose } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import golden from './__fixtures__/golden.json' with { type: 'json' };
import { evaluateEncoder } from './evaluate.ts';
import { bestOf, classify } from './ranking.ts';

beforeAll(() => tf.setBackend('cpu'));

const { classes, images, captions, dim } = golden.shape;

/** Captions are their own numbers: "i j" is caption j of image i. */
const encoder: CaptionEncoder = {
  id: 'golden',
  dim,
  async encode(texts) {
    const rows = texts.map((text) => {
      const [i, j] = text.split(' ').map(Number);
      const row = i! * captions + j!;
      return golden.captions.slice(row * dim, (row + 1) * dim);
    });
    return { data: Float32Array.from(rows.flat()), shape: [texts.length, dim] };
  },
};

const dataset: TextImageDataset = {
  name: 'golden',
  fingerprint: 'f',
  size: images,
  storedSize: 8,
  classNames: Array.from({ length: classes + 3 }, (_, k) => `class ${k}`),
  labels: Int32Array.from(golden.labels, (label) => label + 3), // the split's classes are not the first
  splits: { train: Int32Array.of(), val: Int32Array.of(), test: Int32Array.from({ length: images }, (_, i) => i) },
  captions: (item) => Array.from({ length: captions }, (_, j) => `${item} ${j}`),
  readImages: async () => new Uint8Array(),
  close: async () => {},
};

const features: ImageFeatures = {
  encoderId: 'photos',
  datasetFingerprint: 'f',
  dim,
  size: images,
  views: ['whole'],
  read: async (items) => Float32Array.from(items.flatMap((i) => golden.images.slice(i * dim, (i + 1) * dim))),
};

describe('evaluateEncoder', () => {
  it('gives the figures of the NumPy implementation', async () => {
    const { report, imageEmbeddings } = await evaluateEncoder({ encoder, dataset, features });
    expect(report.top1).toBeCloseTo(golden.top1, 10);
    expect(report.confusion).toEqual(golden.confusion);
    expectAllClose(
      report.classes.map(({ accuracy }) => accuracy),
      golden.perClass,
    );
    for (const rank of [1, 5, 10, 50] as const) {
      expect(report.precision[rank]).toBeCloseTo(golden.classPrecision[rank], 10);
      expect(report.captionPrecision[rank]).toBeCloseTo(golden.captionPrecision[rank], 10);
    }
    expect(report).toMatchObject({ images, captions: images * captions, split: 'test', encoder: 'golden' });
    expect(report.classes[0]!.name).toBe('class 3');
    expect(report.chance.top1).toBe(1 / classes);
    expect(imageEmbeddings).toHaveLength(images * dim);
  });

  it('leaves nothing on the backend', async () => {
    const before = tf.memory().numTensors;
    await evaluateEncoder({ encoder, dataset, features, normaliseImages: true });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses features of another length, of other data, and an empty split', async () => {
    await expect(evaluateEncoder({ encoder, dataset, features: { ...features, dim: 9 } })).rejects.toThrow(ConfigError);
    const other = { ...features, datasetFingerprint: 'g' };
    await expect(evaluateEncoder({ encoder, dataset, features: other })).rejects.toThrow(DatasetError);
    await expect(evaluateEncoder({ encoder, dataset, features, split: 'val' })).rejects.toThrow(/no images in "val"/);
  });
});

it('ranks the earlier of equals first', () => {
  expect(bestOf(Float32Array.of(1, 3, 2, 3), 3)).toEqual([1, 3, 2]);
  const scores = { data: Float32Array.of(1, 1), shape: [2, 1] as const };
  expect(classify(scores, [1])).toEqual({
    top1: 0,
    confusion: [
      [0, 0],
      [1, 0],
    ],
  });
});
