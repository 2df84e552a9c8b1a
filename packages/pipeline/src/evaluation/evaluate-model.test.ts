import {
  type CaptionEncoder,
  ConfigError,
  type EmbeddingBatch,
  type ImageEncoder,
  type ImageFeatures,
  Rng,
  type TextToImageModel,
  toByte,
} from '@t2i/core';
import { InMemoryDataset } from '@t2i/dataset';
import { describe, expect, it } from 'vitest';
import { type EvaluateOptions, evaluateModel } from './evaluate-model.ts';
import { type EvaluatedSet, leftOutLines, METRICS, type MetricKind, metricValue } from './evaluation-report.ts';

/** Numbers of a caption, an image's features, and an image's rows: here they are all the same thing. */
const DIM = 16;
const STORED = 18;
const TEST = 120;
const TRAINING = 60;

/** Words that are far apart: a vector of length 1 for each caption. */
const encoder: CaptionEncoder = {
  id: 'directions',
  dim: DIM,
  async encode(captions) {
    const data = new Float32Array(captions.length * DIM);
    for (const [i, caption] of captions.entries()) data.set(direction(Number(/\d+/.exec(caption)![0])), i * DIM);
    return { data, shape: [captions.length, DIM] };
  },
};

function direction(number: number): Float32Array {
  const vector = new Rng(number).normal(DIM);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** The mean of every row of pixels. */
const imageEncoder: ImageEncoder = {
  id: 'rows-1',
  dim: DIM,
  imageSize: DIM,
  async encode({ data, shape }) {
    const row = DIM * 3;
    const means = Float32Array.from({ length: shape[0] * DIM }, (_, i) =>
      data.subarray(i * row, (i + 1) * row).reduce((sum, value) => sum + value / row, 0),
    );
    return { data: means, shape: [shape[0], DIM] };
  },
  dispose() {},
};

/** Generates embeddings as rows, or the noise alone. */
function painter(listens: boolean): TextToImageModel {
  return {
    specificationVersion: 'v1',
    imageSize: DIM,
    noiseDim: DIM,
    embeddingDim: DIM,
    maxImagesPerCall: 64,
    async generate({ embeddings, noise }) {
      const rows = noise.map((z, i) => (listens ? embeddings.data[i]! : 0) + 0.05 * z);
      const data = new Float32Array(rows.length * DIM * 3);
      for (const [i, value] of rows.entries()) data.fill(value, i * DIM * 3, (i + 1) * DIM * 3);
      return { data, shape: [embeddings.shape[0], DIM, DIM, 3] };
    },
    dispose() {},
  };
}

/** Photos that look as their captions say, of 6 test and 3 training classes. */
function photos(): InMemoryDataset {
  const size = TEST + TRAINING;
  const images = new Uint8Array(size * STORED * STORED * 3);
  const noise = new Rng(5);
  for (let item = 0; item < size; item++) {
    for (const [row, value] of direction(item).entries()) {
      const from = (item * STORED + row + 1) * STORED * 3; // the middle of the stored image is what is seen
      images.fill(toByte(value + 0.05 * noise.normal(1)[0]!), from, from + STORED * 3);
    }
  }
  const items = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
  return new InMemoryDataset({
    name: 'rows',
    storedSize: STORED,
    classNames: Array.from({ length: 9 }, (_, i) => `class ${i}`),
    labels: Int32Array.from({ length: size }, (_, item) => (item < TEST ? item % 6 : 6 + (item % 3))),
    splits: { test: items(0, TEST), train: items(TEST, size - 10), val: items(size - 10, size) },
    captions: Array.from({ length: size }, (_, item) => [`flower ${item}`]),
    images,
  });
}

function featuresOf(dataset: InMemoryDataset): ImageFeatures {
  return {
    encoderId: imageEncoder.id,
    datasetFingerprint: dataset.fingerprint,
    dim: DIM,
    size: dataset.size,
    views: ['whole'],
    read: async (items) => Float32Array.from(items.flatMap((item) => [...direction(item)])),
  };
}

const dataset = photos();
const options: EvaluateOptions = {
  model: painter(true),
  untrained: painter(false),
  encoder,
  dataset,
  extractors: [{ name: 'rows', encoder: imageEncoder, probabilities: async (features) => halves(features) }],
  features: featuresOf(dataset),
  retrievalEncoder: { name: 'directions', encoder, unitLength: false },
  resize: (image) => image,
  samples: 100,
  seed: 3,
  batchSize: 32,
};

/** Two classes, equally likely. */
function halves({ shape }: EmbeddingBatch): EmbeddingBatch {
  return { data: new Float32Array(shape[0] * 2).fill(0.5), shape: [shape[0], 2] };
}

const { report, images } = await evaluateModel(options);
const of = (set: EvaluatedSet, kind: MetricKind) => metricValue(report.rows, set, kind)!;

describe('evaluateModel', () => {
  it('distinguishes a generator that follows captions from one that does not', () => {
    expect(of('generated', 'r-precision')).toBeGreaterThan(0.9);
    expect(of('test', 'r-precision')).toBeGreaterThan(0.9);
    expect(of('fullSize', 'r-precision')).toBeCloseTo(1, 12);
    expect(of('untrained', 'r-precision')).toBeLessThan(0.1);
    expect(of('shuffled', 'r-precision')).toBeLessThan(0.1);
    expect(of('generated', 'caption-sensitivity')).toBeGreaterThan(3);
    expect(of('untrained', 'caption-sensitivity')).toBe(0);
    expect(report.relative.rPrecision).toBeCloseTo(of('generated', 'r-precision') / of('test', 'r-precision'), 12);
  });

  it('recognises photo-like images', () => {
    for (const kind of ['frechet', 'kernel'] as const) {
      expect(of('generated', kind)).toBeLessThan(0.2 * of('untrained', kind));
    }
    expect(of('generated', 'recall')).toBeGreaterThan(0.9);
    expect(of('untrained', 'recall')).toBeLessThan(0.5);
    expect(report.relative.diversityWithinClass).toBeCloseTo(1, 1);
    expect(of('generated', 'inception-score')).toBeCloseTo(1, 12);
  });

  it('recognises training photos as copies, but not generated images', () => {
    expect(of('training', 'copying')).toBe(1);
    expect(of('generated', 'copying')).toBeGreaterThan(0.4);
    expect(of('generated', 'copying')).toBeLessThan(0.6);
  });

  it('names metrics by how they were measured', () => {
    const names = report.rows.flatMap(({ figures }) => figures.map(({ name }) => name));
    expect(names).toContain('frechet-rows-100-test-16px');
    expect(names).toContain('frechet-rows-60-test-16px'); // there are only 60 training photos
    expect(names).toContain('r-precision-directions-100-test-16px');
    expect(names).toContain('diversity-caption-rows-30-test-16px'); // 6 classes, 5 noises
    expect(report.judge).toEqual({ id: 'directions', ofTheGenerator: true });
  });

  it('pairs images with their photos', async () => {
    const { examples, grid } = images;
    expect([examples.length, grid.length, grid[0]!.images.length]).toEqual([20, 6, 5]);
    const rows = ({ data }: { data: Uint8Array }) =>
      Array.from({ length: DIM }, (_, row) => data[row * DIM * 3]! / 127.5 - 1);
    for (const { caption, photo, generated, nearest } of examples) {
      const { data } = await encoder.encode([caption]);
      for (const image of [photo, generated]) {
        for (const [k, value] of rows(image).entries()) expect(Math.abs(value - data[k]!)).toBeLessThan(0.3);
      }
      expect(nearest.className).toMatch(/class [678]/);
    }
  });

  it('repeats by seed for every batch size', async () => {
    expect((await evaluateModel({ ...options, batchSize: 7 })).report).toEqual(report);
    expect((await evaluateModel({ ...options, seed: 4 })).report).not.toEqual(report);
  });

  it('generates more images than there are test photos', async () => {
    const more = (await evaluateModel({ ...options, samples: 150 })).report;
    expect([more.samples, more.references, more.trainingPhotos]).toEqual([150, TEST, TRAINING]);
  });

  it('uses a second extractor, and works without a joint embedding', async () => {
    const { retrievalEncoder: _, ...rest } = options;
    const second = { name: 'again', encoder: { ...imageEncoder, id: 'rows-2' } };
    const both = (await evaluateModel({ ...rest, extractors: [options.extractors[0], second] })).report;
    const frechet = both.rows[0]!.figures.filter(({ kind }) => kind === 'frechet');
    expect(frechet.map(({ name }) => name)).toEqual(['frechet-rows-100-test-16px', 'frechet-again-100-test-16px']);
    expect(frechet[1]!.value).toBe(frechet[0]!.value);
    expect([both.judge, both.relative.rPrecision, metricValue(both.rows, 'test', 'r-precision')]).toEqual([
      null,
      undefined,
      undefined,
    ]);
  });

  it('reports progress, and stops on abort', async () => {
    const heard = new Map<string, number>();
    await evaluateModel({ ...options, onProgress: ({ what, done }) => heard.set(what, done) });
    expect([...heard.values()]).toEqual([100, 60, 100, 30, 100, 30]);
    await expect(evaluateModel({ ...options, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });

  it('refuses features of another network or other photos', async () => {
    const foreign = { ...options.features, encoderId: 'other' };
    await expect(evaluateModel({ ...options, features: foreign })).rejects.toThrow(ConfigError);
    const others = { ...options.features, datasetFingerprint: 'x' };
    await expect(evaluateModel({ ...options, features: others })).rejects.toThrow(/not those of the photos/);
  });
});

describe('a small set', () => {
  /** @param splits items of each class in each split */
  function smallSet(
    splits: Readonly<Record<'train' | 'val' | 'test', readonly number[]>>,
    captionsOf = (item: number) => [`flower ${item}`],
  ): InMemoryDataset {
    const items = { train: [] as number[], val: [] as number[], test: [] as number[] };
    const labels: number[] = [];
    let label = 0;
    for (const split of ['train', 'val', 'test'] as const) {
      for (const count of splits[split]) {
        for (let i = 0; i < count; i++) items[split].push(labels.push(label) - 1);
        label += 1;
      }
    }
    const size = labels.length;
    const noise = new Rng(1).normal(size * STORED * STORED * 3);
    const images = Uint8Array.from(noise, (value) => toByte(value / 2));
    return new InMemoryDataset({
      name: 'small',
      storedSize: STORED,
      classNames: Array.from({ length: label }, (_, i) => `class ${i}`),
      labels: Int32Array.from(labels),
      splits: {
        test: Int32Array.from(items.test),
        train: Int32Array.from(items.train),
        val: Int32Array.from(items.val),
      },
      captions: labels.map((_, item) => captionsOf(item)),
      images,
    });
  }

  const fellows = (classes: number, size: number) => new Array<number>(classes).fill(size);
  const sets: [string, InMemoryDataset][] = [
    [
      '20 images, each a class of its own',
      smallSet({ train: fellows(14, 1), val: fellows(2, 1), test: fellows(4, 1) }),
    ],
    ['two classes, none kept for test', smallSet({ train: fellows(2, 10), val: [], test: [] })],
    ['one test class', smallSet({ train: fellows(2, 7), val: [], test: [6] })],
    ['one test photo', smallSet({ train: fellows(2, 9), val: [1], test: [1] })],
    ['one training photo', smallSet({ train: [1], val: [], test: fellows(5, 4) })],
    ['two test photos', smallSet({ train: fellows(3, 6), val: [], test: [1, 1] })],
    ['98 captions of other classes', smallSet({ train: fellows(2, 10), val: [], test: [2, 98] })],
  ];

  it.each(sets)('of %s gives finite metrics, and lists those it leaves out', async (_, small) => {
    const evaluation = await evaluateModel({ ...options, dataset: small, features: featuresOf(small), samples: 50 });
    const { rows, leftOut = [], relative, heldOut } = evaluation.report;
    const figures = rows.flatMap(({ set, figures }) => figures.map((figure) => ({ set, ...figure })));
    for (const { set, name, value } of figures) expect([set, name, Number.isFinite(value)]).toEqual([set, name, true]);
    for (const value of Object.values(relative)) expect(Number.isFinite(value)).toBe(true);
    expect(leftOut.length).toBeGreaterThan(0);
    // every metric of the generated images is present or left out
    const known = new Set([...figures, ...leftOut].filter(({ set }) => set === 'generated').map(({ kind }) => kind));
    expect([...known].sort()).toEqual(Object.keys(METRICS).sort());
    expect(heldOut).toBe(small.splits.test.length > 0);
    expect(evaluation.images.examples).toHaveLength(20);
    expect(leftOutLines(evaluation.report).join('\n')).toMatch(/^Left out: .* because /);
  });

  it('leaves nothing out when it is large enough', () => {
    expect([report.leftOut, report.heldOut, report.trainedCaptions]).toEqual([[], true, 0]);
  });

  it('counts test captions that occur verbatim among the training captions in use', async () => {
    const said = (item: number) => (item < 14 ? ['another 1', 'This flower 1 is RED.'] : ['this  flower 1 is red. ']);
    const small = smallSet({ train: fellows(2, 7), val: [], test: [6] }, said);
    const evaluated = { ...options, dataset: small, features: featuresOf(small), samples: 50 };
    expect((await evaluateModel({ ...evaluated, captionsPerImage: 1 })).report.trainedCaptions).toBe(0);
    const counted = await evaluateModel({ ...evaluated, captionsPerImage: 2 });
    expect(counted.report.trainedCaptions).toBe(50);
    expect(counted.images.examples.every(({ trainedOn }) => trainedOn)).toBe(true);
  });
});
