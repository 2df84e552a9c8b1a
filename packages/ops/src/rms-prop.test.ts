import '@tensorflow/tfjs-backend-cpu';
import { float32Tensor } from '@t2i/core';
import { expectAllClose } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import golden from './__fixtures__/golden.json' with { type: 'json' };
import { RmsProp } from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const { start, trace } = golden.rmsProp;

function makeVariables() {
  const [a, b] = start as [number[], number[]];
  return tf.tidy(() => ({ a: tf.variable(tf.tensor(a, [3, 4])), b: tf.variable(tf.tensor(b)) }));
}

function gradientsOf({ a, b }: ReturnType<typeof makeVariables>, gradients: number[][]) {
  return { [a.name]: tf.tensor(gradients[0]!, [3, 4]), [b.name]: tf.tensor(gradients[1]!) };
}

describe('RmsProp', () => {
  it('equals torch.optim.RMSprop step by step, also where epsilon matters and the learning rate changes', () => {
    const variables = makeVariables();
    const rmsProp = new RmsProp(variables);
    for (const { learningRate, gradients, variables: expected } of trace) {
      rmsProp.apply(gradientsOf(variables, gradients), learningRate);
      expectAllClose(variables.a.dataSync(), expected[0]!, { relative: 1e-6, absolute: 1e-7 });
      expectAllClose(variables.b.dataSync(), expected[1]!, { relative: 1e-6, absolute: 1e-7 });
    }
  });

  it('continues bit for bit from a saved state', async () => {
    const whole = makeVariables();
    const rmsProp = new RmsProp(whole);
    const [first, ...rest] = trace;
    rmsProp.apply(gradientsOf(whole, first!.gradients), 1e-3);

    const resumed = { a: tf.variable(whole.a), b: tf.variable(whole.b) };
    const other = new RmsProp(resumed);
    other.setState(await rmsProp.getState());
    for (const { gradients } of rest) {
      rmsProp.apply(gradientsOf(whole, gradients), 1e-3);
      other.apply(gradientsOf(resumed, gradients), 1e-3);
    }
    expect(resumed.a.dataSync()).toEqual(whole.a.dataSync());
    expect(resumed.b.dataSync()).toEqual(whole.b.dataSync());
    expect(await other.getState()).toEqual(await rmsProp.getState());
  });

  it('gives out a state that later steps do not change', async () => {
    const variables = makeVariables();
    const rmsProp = new RmsProp(variables);
    const before = await rmsProp.getState();
    rmsProp.apply(gradientsOf(variables, trace[0]!.gradients), 1e-3);
    expect(before).toEqual({
      'rmsProp/a': float32Tensor([3, 4], new Float32Array(12)),
      'rmsProp/b': float32Tensor([5], new Float32Array(5)),
    });
  });

  it('names a missing gradient', () => {
    expect(() => new RmsProp(makeVariables()).apply({}, 1e-3)).toThrow('no gradient for a');
  });

  it('allocates nothing over steps and frees its means', () => {
    const before = tf.memory().numTensors;
    const variables = makeVariables();
    const rmsProp = new RmsProp(variables);
    const steady = tf.memory().numTensors;
    for (const { gradients } of trace) tf.tidy(() => rmsProp.apply(gradientsOf(variables, gradients), 1e-3));
    expect(tf.memory().numTensors).toBe(steady);
    rmsProp.dispose();
    tf.dispose(variables);
    expect(tf.memory().numTensors).toBe(before);
  });
});
