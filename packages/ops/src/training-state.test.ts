import '@tensorflow/tfjs-backend-cpu';
import { CheckpointError, type NamedTensor } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Adam, type Optimiser, RmsProp, readTrainingState, type TrainingState, writeTrainingState } from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

/** A trained weight, a running mean and an optimiser of the weight. */
function training(makeOptimiser: (weight: tf.Variable) => Optimiser): TrainingState & { readonly weight: tf.Variable } {
  const weight = tf.variable(tf.tensor2d([[1, 2, 3]]));
  const variables = { 'net/weight': weight, 'net/mean': tf.variable(tf.scalar(4), false) };
  return { weight, variables, optimisers: [makeOptimiser(weight)] };
}

function step({ weight, optimisers }: ReturnType<typeof training>, gradient: number[]): void {
  tf.tidy(() => optimisers[0]!.apply({ [weight.name]: tf.tensor2d([gradient]) }, 0.1));
}

const NAMES = {
  adam: ['adam/net/step', 'adam/net/weight/m', 'adam/net/weight/v', 'net/mean', 'net/weight'],
  rmsProp: ['net/mean', 'net/weight', 'rmsProp/weight'],
};

describe.each([
  ['adam', (weight: tf.Variable) => new Adam({ 'net/weight': weight }, { name: 'net' })],
  ['rmsProp', (weight: tf.Variable) => new RmsProp({ weight })],
] as const)('the training state with %s', (kind, makeOptimiser) => {
  it('continues bit for bit in another process', async () => {
    const [whole, resumed] = [training(makeOptimiser), training(makeOptimiser)];
    step(whole, [1, -2, 0.5]);
    const tensors = await readTrainingState(whole);
    expect(Object.keys(tensors).sort()).toEqual(NAMES[kind]);
    writeTrainingState(resumed, tensors);
    for (const each of [whole, resumed]) step(each, [0.3, 0.1, -7]);
    expect(await readTrainingState(resumed)).toEqual(await readTrainingState(whole));
    expect(await readTrainingState(whole)).not.toEqual(tensors); // the result is a copy
  });

  it('refuses a missing, an unknown and a misshapen tensor by name, and changes nothing', async () => {
    const state = training(makeOptimiser);
    step(state, [1, 2, 3]);
    const good = await readTrainingState(state);
    for (const [name, tensor] of Object.entries(good)) {
      const longer = { ...tensor, shape: [...tensor.shape, 1] } as NamedTensor;
      const { [name]: _, ...without } = good;
      for (const wrong of [without, { ...good, [name]: longer }]) {
        const changed = {
          ...wrong,
          'net/mean': wrong['net/mean'] && { ...wrong['net/mean'], data: Float32Array.of(9) },
        };
        expect(() => writeTrainingState(state, changed as typeof good)).toThrow(name);
      }
    }
    expect(() => writeTrainingState(state, { ...good, other: good['net/mean']! })).toThrow(CheckpointError);
    expect(await readTrainingState(state)).toEqual(good);
  });
});
