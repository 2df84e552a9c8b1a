import type { StepScalars } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { StepsAhead } from './steps-ahead.ts';

/** A promise of metrics that the test resolves. */
function pending() {
  let arrive!: (scalars: StepScalars) => void;
  let fail!: (error: Error) => void;
  const metrics = new Promise<StepScalars>((resolve, reject) => {
    arrive = resolve;
    fail = reject;
  });
  return { metrics, arrive, fail };
}

function collecting(limit: number) {
  const taken: number[] = [];
  return { taken, ahead: new StepsAhead(limit, (step) => taken.push(step)) };
}

describe('StepsAhead', () => {
  it('delivers metrics in the order of their steps', async () => {
    const { taken, ahead } = collecting(3);
    const [first, second] = [pending(), pending()];
    await ahead.add(1, first.metrics);
    await ahead.add(2, second.metrics);
    second.arrive({});
    first.arrive({});
    await ahead.settle();
    expect(taken).toEqual([1, 2]);
  });

  it('has at most as many pending steps as its limit', async () => {
    const { taken, ahead } = collecting(2);
    const [first, second] = [pending(), pending()];
    await ahead.add(1, first.metrics);
    const mayGoOn = ahead.add(2, second.metrics).then(() => [...taken]);
    first.arrive({});
    second.arrive({});
    expect(await mayGoOn).toEqual([1, 2]);
  });

  it('rethrows errors of a step and of its receiver', async () => {
    const failing = collecting(3).ahead;
    const { metrics, fail } = pending();
    await failing.add(1, metrics);
    fail(new Error('no device'));
    await expect(failing.settle()).rejects.toThrow('no device');
    const refusing = new StepsAhead(3, () => {
      throw new Error('diverged');
    });
    await refusing.add(1, Promise.resolve({}));
    await refusing.add(2, Promise.resolve({}));
    await expect(refusing.settle()).rejects.toThrow('diverged');
  });
});
