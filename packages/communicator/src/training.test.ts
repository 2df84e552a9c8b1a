/**
 * What training on several ranks equals. The gradients are means over the ranks. Where a loss is a mean over rows and no row has a part in that of
 * another, N ranks with B/N rows each take the steps of one process with B rows, but for rounding. Batch normalisation over the rows of
 * a rank breaks this: a network with it takes the steps of N networks that each see B/N rows and then apply the mean of their gradients.
 */

import type { StateDict } from '@t2i/core';
import type { ExchangeGradients } from '@t2i/ops';
import { expectAllClose } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { trainGan, trainLinear } from './__fixtures__/learners.ts';
import { runThreads } from './index.ts';

function train<Result>(learner: 'linear' | 'gan', size: number): Promise<Result[]> {
  const module = new URL('./__fixtures__/train.mjs', import.meta.url);
  return runThreads<Result>(module, { size, data: learner, execArgv: ['--conditions=@t2i/source'] });
}

/** Lets so many learners of one thread exchange their gradients, without a communicator. */
function exchangeInThread(size: number): ExchangeGradients {
  let waiting: { readonly gradients: readonly Float32Array[]; readonly resolve: () => void }[] = [];
  return (gradients) =>
    new Promise((resolve) => {
      waiting.push({ gradients, resolve });
      if (waiting.length < size) return;
      gradients.forEach((values, i) => {
        for (let k = 0; k < values.length; k++) {
          const mean = waiting.reduce((sum, { gradients: of }) => sum + of[i]![k]!, 0) / size;
          for (const { gradients: of } of waiting) of[i]![k] = mean;
        }
      });
      for (const each of waiting) each.resolve();
      waiting = [];
    });
}

describe('a model without batch normalisation', () => {
  it.each([1, 2, 4])('takes the steps of one process on %i ranks', async (size) => {
    const alone = await trainLinear(0, 1, async () => {});
    for (const weights of await train<Float32Array>('linear', size)) {
      expectAllClose(weights, alone, { relative: 1e-5, absolute: 1e-6 });
    }
  });
});

describe('GAN-CLS with the batch normalisation of each rank', () => {
  it('takes the steps of two models of one thread that share their gradients, bit for bit', async () => {
    const exchange = exchangeInThread(2);
    const expected = await Promise.all([trainGan(0, exchange), trainGan(1, exchange)]);
    expect(await train<StateDict['tensors']>('gan', 2)).toEqual(expected);
  });

  it('has the same trained weights and moments on all ranks; only running statistics differ', async () => {
    const [first, second] = (await train<StateDict['tensors']>('gan', 2)) as [
      StateDict['tensors'],
      StateDict['tensors'],
    ];
    const different = Object.keys(first).filter((name) => `${first[name]!.data}` !== `${second[name]!.data}`);
    expect(different.length).toBeGreaterThan(0);
    expect(different.filter((name) => !/moving_(mean|variance)$/.test(name))).toEqual([]);
  });
});
