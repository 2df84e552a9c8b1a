import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers gradients
import { sizeOf } from '@t2i/core';
import { expectAllClose } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import golden from './__fixtures__/golden.json' with { type: 'json' };
import { characterSlots } from './alphabet.ts';
import { type CharCnnRnnConfig, resolveCharCnnRnnConfig } from './config.ts';
import { charCnnRnn, charCnnRnnShapes } from './network.ts';

beforeAll(() => tf.setBackend('cpu'));

/** The formula of make_golden.py. */
function formulaWeights(config: CharCnnRnnConfig): Record<string, tf.Tensor> {
  const entries = Object.entries(charCnnRnnShapes(config)).map(([name, shape], k) => {
    const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => 0.3 * Math.sin(1.7 * i + 0.001 * i * i + k));
    return [name, tf.tensor(values, [...shape])] as const;
  });
  return Object.fromEntries(entries);
}

describe.each(golden.cases)('the $rnn network', ({ rnn, channels, cnnDim, dim, embeddings, gradients }) => {
  const config = resolveCharCnnRnnConfig({ rnn, channels, cnnDim, dim, characters: 'authors' });
  const rows = golden.captions.map((caption) => characterSlots(caption, 'authors'));

  it.each([1, 2, 3])('equals PyTorch, forward and backward, in %i groups of like length', (groups) => {
    tf.tidy(() => {
      const weights = formulaWeights(config);
      const names = Object.keys(weights);
      const direction = tf.cos(tf.reshape(tf.range(0, rows.length * dim), [rows.length, dim]));
      let output: Float32Array | undefined;
      const run = (...parts: tf.Tensor[]) => {
        const y = charCnnRnn(Object.fromEntries(names.map((name, i) => [name, parts[i]!])), rows, config, groups);
        output = y.dataSync() as Float32Array;
        return tf.sum(tf.mul(y, direction));
      };
      const found = tf.grads(run)(Object.values(weights));
      expectAllClose(output!, embeddings.flat(), { relative: 1e-4, absolute: 1e-6 });
      names.forEach((name, i) => {
        const expected = gradients[name as keyof typeof gradients]!;
        const values = found[i]!.dataSync() as Float32Array;
        const norm = Math.hypot(...chunkNorms(values));
        const projection = values.reduce((sum, value, k) => sum + value * Math.sin(0.37 * k), 0);
        expect(norm / expected.norm, name).toBeCloseTo(1, 4);
        expect(Math.abs(projection - expected.projection) / expected.norm, name).toBeLessThan(1e-4);
        expect(values[expected.largest]! / expected.value, name).toBeCloseTo(1, 3);
      });
    });
  });
});

function chunkNorms(values: ArrayLike<number>): number[] {
  const norms = new Array<number>(64).fill(0);
  for (let i = 0; i < values.length; i++) norms[i % 64]! += values[i]! ** 2;
  return norms.map(Math.sqrt);
}
