import type { StepScalars } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { StepsAhead } from './steps-ahead.ts';

/** Promises of figures to be kept by hand. */
function pending() {
  let arrive!: (scalars: StepScalars) => void;
  let fail!: (error: Error) => void;
  const figures = new Promise<StepScalars>((resolve, reject) => {
    arrive = resolve;
    fail = reject;
  });
  return { figures, arrive, fail };
}

function collecting(limit: number) {
  const taken: number[] = [];
  return { taken, ahead: new StepsAhead(limit, (step) => taken.push(step)) };
}

describe('StepsAhead', () => {
  it('takes figures in the order of their steps', async () => {
    const { taken, ahead } = collecting(3);
    const [first, second] = [pending(), pending()];
    await ahead.add(1, first.figures);
    await ahead.add(2, second.figures);
    second.arrive({});
    first.arrive({});
    await ahead.settle();
    expect(taken).toEqual([1, 2]);
  });

  it('lets no more steps be under way than its limit', async () => {
    const { taken, ahead } = collecting(2);
    const [first, second] = [pending(), pending()];
    await ahead.add(1, first.figures);
    const mayGoOn = ahead.add(2, second.figures).then(() => [...taken]);
    first.arrive({});
    second.arrive({});
    expect(await mayGoOn).toEqual([1, 2]);
  });

  it('says what went wrong when it is waited for, in a step or in taking its figures', async () => {
    const failing = collecting(3).ahead;
    const { figures, fail } = pending();
    await failing.add(1, figures);
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
