import '@tensorflow/tfjs-backend-cpu';
import { CheckpointError, ConfigError, float32Tensor, Rng } from '@t2i/core';
import { expectAllClose } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveCharCnnRnnConfig } from '../char-cnn-rnn/config.ts';
import { CharCnnRnnNetwork } from '../char-cnn-rnn/trainable-network.ts';
import { LinearWordsNetwork } from '../linear-words/trainable-words.ts';
import golden from './__fixtures__/golden.json' with { type: 'json' };
import { type JointBatch, JointEmbedding, OPTIMISERS, trainedEncoder } from './joint-embedding.ts';

beforeAll(() => tf.setBackend('cpu'));

const tiny = { channels: [4, 6], cnnDim: 6, dim: 5 } as const;
const { words, captions, start, trace } = golden.training;
const batch: JointBatch = {
  features: { data: Float32Array.from(golden.images), shape: [golden.n, golden.dim] },
  captions,
};
const options = (learningRate: number) => ({ learningRate, rng: new Rng(1) });

function charJoint(extra: Parameters<typeof resolveCharCnnRnnConfig>[0] = {}): JointEmbedding {
  return new JointEmbedding(new CharCnnRnnNetwork(resolveCharCnnRnnConfig({ ...tiny, ...extra }), new Rng(3)));
}

/** At the first weights of the golden trace. */
async function wordJoint(): Promise<JointEmbedding> {
  const joint = new JointEmbedding(new LinearWordsNetwork({ vocabulary: words, dim: golden.dim }));
  const state = await joint.state();
  const tensors = {
    ...state.tensors,
    'text/kernel': float32Tensor([words.length, golden.dim], Float32Array.from(start.kernel)),
    'text/bias': float32Tensor([golden.dim], Float32Array.from(start.bias)),
  };
  await joint.load({ ...state, tensors });
  return joint;
}

describe('JointEmbedding', () => {
  it('takes the steps of PyTorch', async () => {
    const joint = await wordJoint();
    for (const { learningRate, loss, kernel, bias } of trace) {
      const scalars = await joint.step(batch, options(learningRate));
      expect(scalars['loss/joint']).toBeCloseTo(loss, 5);
      const { tensors } = await joint.state();
      expectAllClose(tensors['text/kernel']!.data, kernel, { relative: 1e-4, absolute: 1e-6 });
      expectAllClose(tensors['text/bias']!.data, bias, { relative: 1e-4, absolute: 1e-6 });
    }
    joint.dispose();
  });

  it.each([{}, { normalise: 'both' }, { rnn: 'gru18' }] as const)('learns a batch by heart with %o', async (extra) => {
    const joint = charJoint({ channels: [12, 16], cnnDim: 16, dim: 6, ...extra });
    const apart = { data: Float32Array.from({ length: 36 }, (_, i) => (i % 7 === 0 ? 3 : 0)), shape: [6, 6] as const };
    const losses: number[] = [];
    for (let i = 0; i < 14; i++) {
      losses.push((await joint.step({ features: apart, captions }, options(3e-3)))['loss/joint']!);
    }
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
    joint.dispose();
  });

  it('averages the embeddings of several captions of an image', async () => {
    const [several, joined] = [await wordJoint(), await wordJoint()];
    const state = await several.state();
    const kernel = state.tensors['text/kernel']!;
    const halved = float32Tensor(
      kernel.shape,
      (kernel.data as Float32Array).map((weight) => weight / 2),
    );
    await joined.load({ ...state, tensors: { ...state.tensors, 'text/kernel': halved } });
    // the map is linear in counts of words: the mean of two captions is both in one, at half the weights
    const pairs = captions.map((text, i) => [text, captions[(i + 1) % captions.length]!]);
    const mean = await several.step({ ...batch, captions: pairs.flat() }, options(1e-3));
    const whole = await joined.step({ ...batch, captions: pairs.map((pair) => pair.join(' ')) }, options(1e-3));
    expect(mean['loss/joint']).toBeCloseTo(whole['loss/joint']!, 6);
    const [means, wholes] = await Promise.all([several.state(), joined.state()]);
    expectAllClose(means.tensors['rmsProp/bias']!.data, wholes.tensors['rmsProp/bias']!.data as Float32Array);
    several.dispose();
    joined.dispose();
  });

  it('learns the scores of a teacher too, and nothing from one that it equals', async () => {
    const [alone, equal, taught] = [await wordJoint(), await wordJoint(), await wordJoint()];
    const lessons = { data: Float32Array.from(golden.distillation.taught), shape: [golden.n, golden.dim] as const };
    const own = await (await equal.encoder(null)).encode(captions);
    const [without, same] = [
      await alone.step(batch, options(1e-3)),
      await equal.step({ ...batch, taught: own }, options(1e-3)),
    ];
    expect(without).not.toHaveProperty('loss/teacher');
    expect(same['loss/joint']).toBe(without['loss/joint']);
    expect(same['loss/teacher']).toBeCloseTo(0, 6);
    const [weights, others] = await Promise.all([alone.state(), equal.state()]);
    expectAllClose(others.tensors['rmsProp/kernel']!.data, weights.tensors['rmsProp/kernel']!.data as Float32Array);

    const losses: number[] = [];
    for (let i = 0; i < 100; i++)
      losses.push((await taught.step({ ...batch, taught: lessons }, options(0.02)))['loss/teacher']!);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    for (const joint of [alone, equal, taught]) joint.dispose();
  });

  it.each(OPTIMISERS)('continues bit for bit from a saved state with %s', async (optimiser) => {
    const [whole, resumed] = [0, 1].map(
      () => new JointEmbedding(new CharCnnRnnNetwork(resolveCharCnnRnnConfig(tiny), new Rng(3)), {}, { optimiser }),
    ) as [JointEmbedding, JointEmbedding];
    await whole.step(batch, options(1e-3));
    await resumed.load(await whole.state());
    for (const joint of [whole, resumed]) await joint.step(batch, options(1e-3));
    expect(await resumed.state()).toEqual(await whole.state());
    whole.dispose();
    resumed.dispose();
  });

  it('leaves what a network fixes as it is', async () => {
    const network = new LinearWordsNetwork({ vocabulary: words, dim: golden.dim });
    const joint = new JointEmbedding(Object.assign(network, { fixed: ['bias'] }));
    await joint.step(batch, options(1e-2));
    const { tensors } = await joint.state();
    const moved = (name: string) => (tensors[name]!.data as Float32Array).some((weight) => weight !== 0);
    expect([moved('text/kernel'), moved('text/bias')]).toEqual([true, false]);
    expect(tensors).not.toHaveProperty('rmsProp/bias');
    joint.dispose();
  });

  it('becomes an encoder that gives what the network gave', async () => {
    for (const joint of [charJoint({ normalise: 'both' }), await wordJoint()]) {
      await joint.step(batch, options(1e-3));
      const expected = tf.tidy(() => joint.network.embed(captions).dataSync());
      const encoder = trainedEncoder(await joint.state(), { steps: 1 });
      expect(encoder.settings).toEqual({ steps: 1 });
      expectAllClose((await encoder.encode(captions)).data, expected);
      joint.dispose();
    }
  });

  it('allocates nothing over steps and frees everything', async () => {
    const before = tf.memory().numTensors;
    const joint = charJoint({ normalise: 'both' });
    const steady = tf.memory().numTensors;
    const taught = { data: Float32Array.from(golden.distillation.taught), shape: [golden.n, golden.dim] as const };
    for (const lessons of [{}, {}, { taught }]) await joint.step({ ...batch, ...lessons }, options(1e-3));
    await joint.state();
    expect(tf.memory().numTensors).toBe(steady);
    joint.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses features of another length and states of another network', async () => {
    const joint = charJoint();
    const features = { data: new Float32Array(18), shape: [6, 3] as const };
    await expect(joint.step({ ...batch, features }, options(1e-3))).rejects.toThrow(ConfigError);
    const other = charJoint({ cnnDim: 7 });
    await expect(joint.load(await other.state())).rejects.toThrow(CheckpointError);
    expect(() => trainedEncoder({ tensors: {}, metadata: { config: '{"kind":"x"}' } }, null)).toThrow(CheckpointError);
    joint.dispose();
    other.dispose();
  });
});
