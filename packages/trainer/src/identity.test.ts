import { CheckpointError } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { parseTrainerConfig, type TrainerConfigInput } from './config.ts';
import { assertSameRun, identityOf, settingDifferences } from './identity.ts';

const identity = (model: object, trainer: TrainerConfigInput = {}, batchSize = 4) =>
  identityOf({ config: model as never }, { batchSize, batchesPerEpoch: 10 }, parseTrainerConfig(trainer));

describe('assertSameRun', () => {
  it('allows changes of limits, intervals and key order', () => {
    const saved = identity({ filters: 64, size: { image: 64, noise: 100 } });
    const current = identity({ size: { noise: 100, image: 64 }, filters: 64 }, { epochs: 900, keepLast: 5 });
    expect(() => assertSameRun('here', saved, current)).not.toThrow();
  });

  it.each([
    [identity({ size: { image: 32 } }), 'model.size.image is 64 there and 32 here'],
    [identity({ size: {} }), 'model.size.image is 64 there and missing here'],
    [identity({ size: { image: 64 } }, { seed: 9 }), 'trainer.seed is 1 there and 9 here'],
    [identity({ size: { image: 64 } }, {}, 5), 'batches.batchSize is 4 there and 5 here'],
  ])('names the first difference (%#)', (current, message) => {
    const compare = () => assertSameRun('run/a', identity({ size: { image: 64 } }), current);
    expect(compare).toThrow(CheckpointError);
    expect(compare).toThrow(`run/a belongs to another configuration: ${message}.`);
  });
});

describe('settingDifferences', () => {
  it('names every one, by its sections', () => {
    expect(
      settingDifferences({ a: { b: 1, c: [1, 2] }, d: null }, { a: { b: 2, c: [1, 3] }, d: null, e: 'x' }),
    ).toEqual([
      { name: 'a.b', before: 1, now: 2 },
      { name: 'a.c.1', before: 2, now: 3 },
      { name: 'e', before: undefined, now: 'x' },
    ]);
  });

  it('compares only the kind of different alternatives', () => {
    const [words, directory] = [
      { kind: 'words', size: 5 },
      { kind: 'folder', path: 'x' },
    ];
    expect(settingDifferences({ data: words }, { data: directory })).toEqual([
      { name: 'data.kind', before: 'words', now: 'folder' },
    ]);
  });
});
