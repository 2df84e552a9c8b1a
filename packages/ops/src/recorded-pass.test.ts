import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients of stock operations
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RecordedPass } from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('RecordedPass', () => {
  const direction = () => tf.tensor1d([1, 10]);
  const cube = (x: tf.Tensor) => tf.mul(tf.square(x), x);

  it('gives the gradients of variableGrads, after an await and other gradients', async () => {
    const [x, unused] = [tf.variable(tf.tensor1d([2, 3])), tf.variable(tf.scalar(1))];
    const before = tf.memory().numTensors;
    const expected = tf.tidy(() => tf.variableGrads(() => tf.sum(tf.mul(cube(x), direction())), [x]).grads[x.name]!);
    const pass = new RecordedPass(() => cube(x));
    expect([...(await pass.output.data())]).toEqual([8, 27]);
    tf.dispose(tf.grad((y) => tf.square(y))(unused));
    const gradients = tf.tidy(() => pass.gradients(direction(), [x]));
    expect(gradients[x.name]!.dataSync()).toEqual(expected.dataSync());
    pass.dispose();
    tf.dispose([expected, ...Object.values(gradients)]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, unused]);
  });

  it('leaves a gradient around it alone, and nothing behind without a gradient', () => {
    const x = tf.scalar(3);
    const before = tf.memory().numTensors;
    const outer = tf.grad((y) => {
      const pass = new RecordedPass(() => cube(y));
      const constant = tf.tidy(() => tf.mul(pass.output, 1));
      pass.dispose();
      return tf.mul(y, constant);
    });
    const slope = outer(x);
    expect(slope.dataSync()[0]).toBe(27); // d(y·27)/dy, not d(y⁴)/dy = 108
    slope.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('restores the tape when the pass throws', () => {
    const f = (x: tf.Tensor) => {
      expect(() => new RecordedPass(() => tf.reshape(x, [7]))).toThrow('must match');
      return tf.square(x);
    };
    expect(tf.grad(f)(tf.scalar(3)).dataSync()[0]).toBe(6);
  });
});
