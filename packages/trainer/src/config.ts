/** The training settings of a run, with the defaults of the paper (600 epochs, 2e-4 halved every 100). */

import { ConfigError } from '@t2i/core';
import { z } from 'zod';

/** Every field with its default, range and meaning. Unknown fields are rejected. */
export const trainerConfigSchema = z.strictObject({
  epochs: z.int().min(1).default(600).describe('epochs to train'),
  learningRate: z.number().positive().default(2e-4).describe('initial learning rate'),
  learningRateDecay: z.number().positive().max(1).default(0.5).describe('factor on the learning rate at each decay'),
  decayEvery: z.int().min(1).default(100).describe('epochs between decays'),
  decayAt: z
    .enum(['start', 'end'])
    .default('start')
    .describe('whether the learning rate decays at the start or at the end of an epoch'),
  seed: z.int().default(1).describe('seed of the noise of every step'),
  logEvery: z.int().min(1).default(10).describe('steps averaged into one line of the log'),
  previewEvery: z.int().min(0).default(1).describe('epochs between sample sheets; 0: none'),
  checkpointEveryEpochs: z.int().min(0).default(1).describe('epochs between checkpoints; 0: none at the end of epochs'),
  checkpointEverySteps: z.int().min(0).default(0).describe('steps between checkpoints; 0: none within epochs'),
  keepLast: z
    .int()
    .min(1)
    .default(2)
    .describe('checkpoints to keep; if the last one is damaged, the previous one is used'),
  maxSteps: z.int().min(0).default(0).describe('stop at this step of the run, which can be resumed; 0: no limit'),
  maxMinutes: z
    .number()
    .min(0)
    .default(0)
    .describe('stop after this many minutes; the run can be resumed; 0: no limit'),
  explosionFactor: z
    .number()
    .min(2)
    .default(1000)
    .describe('stop as diverged if a loss exceeds this many times max(1, median of the last 100 steps)'),
});

/** The configuration with all defaults filled in. */
export type TrainerConfig = z.output<typeof trainerConfigSchema>;
/** The input, which contains only settings that differ from the defaults. */
export type TrainerConfigInput = z.input<typeof trainerConfigSchema>;

/** @throws ConfigError that names every unknown or out-of-range field */
export function parseTrainerConfig(input: TrainerConfigInput): TrainerConfig {
  const result = trainerConfigSchema.safeParse(input);
  if (result.success) return result.data;
  throw new ConfigError(`Invalid configuration of the trainer:\n${z.prettifyError(result.error)}`, {
    cause: result.error,
  });
}
