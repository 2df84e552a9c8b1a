import '@tensorflow/tfjs-backend-cpu';
import { expectAllClose } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import golden from './__fixtures__/golden.json' with { type: 'json' };
import { Adam } from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const options = { beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };
const { start, trace } = golden.adam;

function makeVariables() {
  const [a, b] = start as [number[], number[]];
  return tf.tidy(() => ({ a: tf.variable(tf.tensor(a, [3, 4])), b: tf.variable(tf.tensor(b)) }));
}

function gradientsOf({ a, b }: ReturnType<typeof makeVariables>, gradients: number[][]) {
  return { [a.name]: tf.tensor(gradients[0]!, [3, 4]), [b.name]: tf.tensor(gradients[1]!) };
}

describe('Adam', () => {
  it('equals torch.optim.Adam step by step, also where epsilon matters and the learning rate changes', () => {
    const variables = makeVariables();
    const adam = new Adam(variables, options);
    for (const { learningRate, gradients, variables: expected } of trace) {
      adam.apply(gradientsOf(variables, gradients), learningRate);
      expectAllClose(variables.a.dataSync(), expected[0]!, { relative: 1e-6, absolute: 1e-7 });
      expectAllClose(variables.b.dataSync(), expected[1]!, { relative: 1e-6, absolute: 1e-7 });
    }
  });

  it('continues bit for bit from a saved state', async () => {
    const whole = makeVariables();
    const adam = new Adam(whole, options);
    const [first, ...rest] = trace;
    adam.apply(gradientsOf(whole, first!.gradients), 1e-3);

    const resumed = { a: tf.variable(whole.a), b: tf.variable(whole.b) };
    const other = new Adam(resumed, options);
    other.setState(await adam.getState());
    for (const { gradients } of rest) {
      adam.apply(gradientsOf(whole, gradients), 1e-3);
      other.apply(gradientsOf(resumed, gradients), 1e-3);
    }
    expect(resumed.a.dataSync()).toEqual(whole.a.dataSync());
    expect(resumed.b.dataSync()).toEqual(whole.b.dataSync());
    expect(await other.getState()).toEqual(await adam.getState());
  });

  it('gives out a state that later steps do not change', async () => {
    const variables = makeVariables();
    const adam = new Adam(variables, options);
    const before = await adam.getState();
    adam.apply(gradientsOf(variables, trace[0]!.gradients), 1e-3);
    expect(before).toMatchObject({
      'adam/all/step': { data: Int32Array.of(0) },
      'adam/b/m': { data: new Float32Array(5) },
    });
  });

  it('names a missing gradient', () => {
    expect(() => new Adam(makeVariables(), options).apply({}, 1e-3)).toThrow('no gradient for a');
  });

  it('allocates nothing over steps and frees its moments', () => {
    const before = tf.memory().numTensors;
    const variables = makeVariables();
    const adam = new Adam(variables, options);
    const steady = tf.memory().numTensors;
    for (const { gradients } of trace) tf.tidy(() => adam.apply(gradientsOf(variables, gradients), 1e-3));
    expect(tf.memory().numTensors).toBe(steady);
    adam.dispose();
    tf.dispose(variables);
    expect(tf.memory().numTensors).toBe(before);
  });
});
