import { CheckpointError } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { parseTrainerConfig, type TrainerConfigInput } from './config.ts';
import { assertSameRun, identityOf } from './identity.ts';

const identity = (model: object, trainer: TrainerConfigInput = {}, batchSize = 4) =>
  identityOf({ config: model as never }, { batchSize, batchesPerEpoch: 10 }, parseTrainerConfig(trainer));

describe('assertSameRun', () => {
  it('lets limits and intervals change, and the order of keys', () => {
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
