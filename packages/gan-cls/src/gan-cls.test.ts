import '@tensorflow/tfjs-backend-cpu';
import { CheckpointError, ConfigError, float32Tensor, generateImages, Rng, type StateDict } from '@t2i/core';
import { readSafetensors, writeSafetensors } from '@t2i/formats';
import { expectAllClose, relativeError } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { byPattern } from './__fixtures__/pattern.ts';
import { randomBatch, randomEmbeddings, smallModel } from './__fixtures__/small-model.ts';
import { GanCls } from './gan-cls.ts';

beforeAll(() => tf.setBackend('cpu'));

const learningRate = 1e-3;

async function train(model: GanCls, steps: number, rng: Rng, firstBatch = 0) {
  for (let step = 0; step < steps; step++) await model.step(randomBatch(firstBatch + step), { learningRate, rng });
}

const values = (state: StateDict, name: string) => state.tensors[name]!.data as Float32Array;

describe('step', () => {
  it('reports a wrong score only for objectives with mismatching pairs', async () => {
    for (const [objective, mismatch] of [
      ['gan-cls', 'text'],
      ['gan', 'none'],
    ] as const) {
      const model = smallModel({ objective });
      expect(model.mismatch).toBe(mismatch);
      const scalars = await model.step(randomBatch(0), { learningRate, rng: new Rng(2) });
      expect('score/wrong' in scalars).toBe(objective === 'gan-cls');
      expect(scalars['loss/discriminator']).toBeCloseTo(2 * Math.LN2, 0); // an undecided D
      model.dispose();
    }
  });

  it('may begin before the scalars of the step before have arrived', async () => {
    const outcome = async (waits: boolean) => {
      const [model, rng] = [smallModel({ emaHalfLife: 8 }), new Rng(2)];
      const pending = [];
      for (let step = 0; step < 4; step++) {
        pending.push(model.step(randomBatch(step), { learningRate, rng }));
        if (waits) await pending.at(-1);
      }
      const result = { scalars: await Promise.all(pending), state: await model.state(), rng: rng.getState() };
      model.dispose();
      return result;
    };
    expect(await outcome(false)).toEqual(await outcome(true));
  });

  it('applies the gradients returned by an exchange, D first', async () => {
    const before = tf.memory().numTensors;
    const models = [smallModel(), smallModel()];
    const tensorsOf = (index: number) => models[index]!.state().then(({ tensors }) => tensors);
    let [waiting, calls]: [{ values: readonly Float32Array[]; done: () => void }[], number] = [[], 0];
    /** The mean over both, once both have come. */
    const exchange = async (values: readonly Float32Array[]) => {
      calls += 1;
      await new Promise<void>((done) => {
        waiting.push({ values, done });
        if (waiting.length < models.length) return;
        const [a, b] = waiting;
        for (const [i, of] of a!.values.entries())
          for (const [j, value] of of.entries()) of[j] = b!.values[i]![j] = (value + b!.values[i]![j]!) / 2;
        for (const each of waiting.splice(0)) each.done();
        waiting = [];
      });
    };
    const outcomes = [];
    for (let step = 0; step < 2; step++) {
      const both = models.map((model, rank) =>
        model.step(randomBatch(10 * step + rank), { learningRate, rng: new Rng(rank), exchange }),
      );
      outcomes.push(await Promise.all(both));
    }
    expect(calls).toBe(2 * 2 * 2); // steps, models, networks
    expect(outcomes[1]![0]).not.toEqual(outcomes[1]![1]); // they saw other batches
    const [first, second] = [await tensorsOf(0), await tensorsOf(1)];
    for (const [name, { data }] of Object.entries(first)) {
      if (!/moving/.test(name)) expect(data, name).toEqual(second[name]!.data);
    }

    const [alone, same] = [smallModel(), smallModel()];
    await alone.step(randomBatch(0), { learningRate, rng: new Rng(2) });
    await same.step(randomBatch(0), { learningRate, rng: new Rng(2), exchange: async () => {} });
    expect((await same.state()).tensors).toEqual((await alone.state()).tensors);
    const failing = same.step(randomBatch(0), {
      learningRate,
      rng: new Rng(2),
      exchange: async () => Promise.reject(new Error('rank 1 is gone')),
    });
    await expect(failing).rejects.toThrow('rank 1 is gone');
    for (const model of [...models, alone, same]) model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('judges each kind of pair by its own statistics', async () => {
    const model = smallModel({ mismatch: 'image' });
    const start = await model.state();
    const batch = randomBatch(0);
    const scores = [];
    for (const factor of [1, -0.1]) {
      await model.load(start);
      const wrongImages = { ...batch.wrongImages!, data: batch.wrongImages!.data.map((value) => value * factor) };
      scores.push(await model.step({ ...batch, wrongImages }, { learningRate, rng: new Rng(2) }));
    }
    const [one, other] = scores;
    expect(other!['score/wrong']).not.toBe(one!['score/wrong']);
    expect(other!['score/real']).toBe(one!['score/real']);
    expect(other!['score/fake']).toBe(one!['score/fake']);
    model.dispose();
  });

  it.each([
    { objective: 'gan-int-cls', sharedFake: true, emaHalfLife: 100, textBatchNorm: true },
    { objective: 'gan-int-cls', sharedFake: false, mismatch: 'image', interpolation: 'random', residual: true },
    { augmentation: ['translation', 'cutout'], labelSmoothing: 0.1, gradientPenalty: 1 },
  ] as const)('keeps the number of tensors, and dispose frees them: %o', async (overrides) => {
    const before = tf.memory().numTensors;
    const model = smallModel(overrides);
    const rng = new Rng(2);
    await train(model, 1, rng);
    const steady = tf.memory();
    await model.load(await model.state());
    await model.generate({ embeddings: randomEmbeddings(rng, 3), noise: rng.normal(3 * model.noiseDim) });
    await model.exportGenerator();
    await train(model, 3, rng);
    expect(tf.memory()).toMatchObject({ numTensors: steady.numTensors, numDataBuffers: steady.numDataBuffers });
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('shows D images as they are until augmentation begins', async () => {
    const rows = randomBatch(0).images.shape[0];
    const scoresOf = async (overrides: Parameters<typeof smallModel>[0]) => {
      const model = smallModel(overrides);
      const rng = new Rng(2);
      const scores = [];
      for (let i = 0; i < 3; i++) scores.push(await model.step(randomBatch(i), { learningRate, rng }));
      model.dispose();
      return scores;
    };
    const plain = await scoresOf({});
    const late = await scoresOf({ augmentation: ['cutout'], augmentationFrom: 2 * rows });
    expect(late.slice(0, 2)).toEqual(plain.slice(0, 2));
    expect(late[2]).not.toEqual(plain[2]);
  });

  it('refuses batches that do not fit, and says why', async () => {
    const model = smallModel({ objective: 'gan-int-cls' });
    const step = (batch: ReturnType<typeof randomBatch>) => model.step(batch, { learningRate, rng: new Rng(2) });
    const good = randomBatch(0);
    const before = tf.memory().numTensors;
    await expect(step({ ...good, embeddings: randomEmbeddings(new Rng(1), 4, 7) })).rejects.toThrow(
      'Embeddings are 7-dimensional; the model expects 6.',
    );
    await expect(
      step({ ...good, images: { data: new Float32Array(4 * 16 * 16 * 3), shape: [4, 16, 16, 3] } }),
    ).rejects.toThrow('16×16');
    await expect(step(randomBatch(0, 3))).rejects.toThrow('3 is odd');
    await expect(step(randomBatch(0, 1))).rejects.toThrow(ConfigError);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});

describe('state and load', () => {
  it('continue bit for bit, through a file', async () => {
    const whole = smallModel({
      ...{ objective: 'gan-int-cls', emaHalfLife: 20, interpolation: 'random' },
      augmentation: ['translation', 'cutout'],
    });
    const rng = new Rng(3);
    await train(whole, 2, rng);
    const file = writeSafetensors(await whole.state());
    const position = rng.getState();
    await train(whole, 2, rng, 2);

    const { tensors, metadata } = readSafetensors(file);
    const resumed = GanCls.fromConfig(JSON.parse(metadata.config!), new Rng(99));
    await resumed.load({ tensors, metadata });
    await train(resumed, 2, Rng.fromState(position), 2);
    expect(await resumed.state()).toEqual(await whole.state());
    whole.dispose();
    resumed.dispose();
  });

  it('know the configurations of versions that knew fewer settings', () => {
    const model = smallModel({ labelSmoothing: 0 });
    const { labelSmoothing: _, ...earlier } = model.config;
    expect(model.completeConfig(earlier)).toEqual(model.config);
    expect(model.completeConfig({ ...earlier, filters: 3 })).toEqual({ ...earlier, filters: 3 });
    model.dispose();
  });

  it('name the first tensor that does not fit, and change nothing', async () => {
    const model = smallModel();
    await train(model, 1, new Rng(3));
    const before = await model.state();
    const other = await smallModel({}, 2).state();
    const { 'generator/deconv8/kernel': kernel, ...rest } = other.tensors;
    const cases: [StateDict['tensors'], string][] = [
      [rest, 'no tensor "generator/deconv8/kernel"'],
      [
        { ...other.tensors, 'generator/deconv8/kernel': { ...kernel!, shape: [kernel!.data.length] } },
        '"generator/deconv8/kernel" is F32 [512]',
      ],
      [
        { ...other.tensors, 'adam/generator/step': float32Tensor([1], new Float32Array(1)) },
        '"adam/generator/step" is F32 [1]',
      ],
      [
        { ...other.tensors, 'ema/text/bias': float32Tensor([1], new Float32Array(1)) },
        'a tensor "ema/text/bias" that the model has not',
      ],
    ];
    for (const [tensors, message] of cases) {
      const failed = model.load({ tensors, metadata: {} });
      await expect(failed).rejects.toThrow(message);
      await expect(failed).rejects.toThrow(CheckpointError);
    }
    expect(await model.state()).toEqual(before);
    model.dispose();
  });

  it('give out values that later steps leave alone', async () => {
    const model = smallModel();
    const state = await model.state();
    const kept = values(state, 'generator/deconv8/kernel').slice();
    await train(model, 1, new Rng(3));
    expect(values(state, 'generator/deconv8/kernel')).toEqual(kept);
    model.dispose();
  });
});

describe('generate', () => {
  it('follows noise and caption, in [-1, 1], rows apart from each other', async () => {
    const model = smallModel();
    await model.load(byPattern(await model.state())); // initial weights give an even grey
    const rng = new Rng(4);
    const embeddings = randomEmbeddings(rng, 2);
    const noise = rng.normal(2 * model.noiseDim);
    const { data, shape } = await model.generate({ embeddings, noise });
    expect(shape).toEqual([2, 32, 32, 3]);
    expect(data.every((value) => Math.abs(value) <= 1)).toBe(true);
    const size = data.length / 2;
    expect(relativeError(data.subarray(size), data.subarray(0, size))).toBeGreaterThan(1e-3);

    const first = { data: embeddings.data.subarray(0, 6), shape: [1, 6] as const };
    const alone = await model.generate({ embeddings: first, noise: noise.subarray(0, model.noiseDim) });
    expect(alone.data).toEqual(data.subarray(0, size));
    const otherText = { data: first.data.map((value) => value + 1), shape: first.shape };
    const changed = await model.generate({ embeddings: otherText, noise: noise.subarray(0, model.noiseDim) });
    expect(relativeError(changed.data, alone.data)).toBeGreaterThan(1e-3);
    model.dispose();
  });

  it('generates any number of rows', async () => {
    const model = smallModel();
    const rng = new Rng(4);
    const [embeddings, noise] = [randomEmbeddings(rng, 70), rng.normal(70 * model.noiseDim)];
    const { data, shape } = await generateImages(model, { embeddings, noise });
    expect(shape).toEqual([70, 32, 32, 3]);
    const last = { data: embeddings.data.subarray(-6), shape: [1, 6] as const };
    const alone = await model.generate({ embeddings: last, noise: noise.subarray(-model.noiseDim) });
    expect(data.subarray(-alone.data.length)).toEqual(alone.data);
    model.dispose();
  });
});

describe('the moving average', () => {
  it('halves the distance to the weights in a half-life, and generates', async () => {
    const rng = () => new Rng(3);
    const [plain, averaged] = [smallModel(), smallModel({ emaHalfLife: 4 })]; // a batch has 4 images
    const start = byPattern(await plain.state());
    await plain.load(start);
    await averaged.load(byPattern(await averaged.state()));
    await train(plain, 1, rng());
    await train(averaged, 1, rng());
    const [moved, average] = [await plain.state(), await averaged.state()];
    const name = 'deconv8/kernel';
    const midpoint = values(start, `generator/${name}`).map(
      (value, i) => (value + values(moved, `generator/${name}`)[i]!) / 2,
    );
    expectAllClose(values(average, `ema/${name}`), midpoint, { relative: 1e-5, absolute: 1e-8 });
    expect(values(average, `generator/${name}`)).toEqual(values(moved, `generator/${name}`));

    const input = { embeddings: randomEmbeddings(new Rng(4), 2), noise: new Rng(5).normal(2 * plain.noiseDim) };
    expect((await averaged.generate(input)).data).not.toEqual((await plain.generate(input)).data);
    plain.dispose();
    averaged.dispose();
  });
});

describe('exportGenerator', () => {
  it.each([{}, { residual: true, emaHalfLife: 10 }])(
    'opens in plain TensorFlow.js and generates the same images, %o',
    async (overrides) => {
      const model = smallModel(overrides);
      await train(model, 2, new Rng(3));
      const artifacts = await model.exportGenerator();
      const classes = JSON.stringify(artifacts.modelTopology);
      expect(classes).toContain('"BatchNormalization"');
      expect(classes).not.toContain('T2i');

      const plain = await tfl.loadLayersModel(tf.io.fromMemory(artifacts));
      expect(plain.inputNames).toEqual([expect.stringMatching('noise'), expect.stringMatching('embedding')]);
      const rng = new Rng(4);
      const [embeddings, noise] = [randomEmbeddings(rng, 3), rng.normal(3 * model.noiseDim)];
      const images = plain.predict([
        tf.tensor(noise, [3, model.noiseDim]),
        tf.tensor(embeddings.data, [3, 6]),
      ]) as tf.Tensor;
      const own = await model.generate({ embeddings, noise });
      expectAllClose(images.dataSync(), own.data, { relative: 1e-6, absolute: 1e-6 });
      model.dispose();
      plain.dispose();
    },
  );
});
