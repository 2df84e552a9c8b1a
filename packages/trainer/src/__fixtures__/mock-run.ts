/** A mock run that writes every kind of file often, for the tests that kill it. */

import { join } from 'node:path';
import { exists } from '@t2i/core/node';
import { MockBatches, MockModel } from '@t2i/test-utils';
import { createPreview } from '../preview.ts';
import { type TrainResult, train } from '../trainer.ts';

/**
 * Trains epochs of 4 steps, or continues where an earlier call was killed.
 * @param within called within every step with its number
 */
export async function trainMockRun(
  runDirectory: string,
  { epochs = 16, within = async () => {} }: { epochs?: number; within?: (step: number) => Promise<void> } = {},
): Promise<TrainResult> {
  const model = new MockModel();
  const step = model.step.bind(model);
  model.step = async (batch, options) => {
    await within(model.steps + 1);
    return step(batch, options);
  };
  const rows = [{ caption: 'a flower', embedding: new Float32Array(8), seen: true }];
  return train({
    runDirectory,
    model,
    batches: new MockBatches({ batchesPerEpoch: 4 }),
    config: { epochs, learningRate: 0.1, decayEvery: 3, logEvery: 3, checkpointEverySteps: 3 },
    preview: createPreview({ model, rows, columns: 2, seed: 1 }),
    resume: await exists(join(runDirectory, 'run.json')),
  });
}
