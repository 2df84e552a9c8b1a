/** What decides how a run is trained, with the defaults of the paper (600 epochs, 2e-4 halved every 100). */

import { ConfigError } from '@t2i/core';
import { z } from 'zod';

/** Every field with its default, range and meaning; unknown fields are refused. */
export const trainerConfigSchema = z.strictObject({
  epochs: z.int().min(1).default(600).describe('epochs of the whole run'),
  learningRate: z.number().positive().default(2e-4).describe('learning rate of the first epochs'),
  learningRateDecay: z.number().positive().max(1).default(0.5).describe('factor on the learning rate at every decay'),
  decayEvery: z.int().min(1).default(100).describe('epochs between decays'),
  decayAt: z
    .enum(['start', 'end'])
    .default('start')
    .describe('whether a decay comes before or after the epoch that is a multiple of decayEvery'),
  seed: z.int().default(1).describe('decides the noise of every step'),
  logEvery: z.int().min(1).default(10).describe('steps averaged into one line of the log'),
  previewEvery: z.int().min(0).default(1).describe('epochs between sample sheets; 0: none'),
  checkpointEveryEpochs: z.int().min(0).default(1).describe('epochs between checkpoints; 0: none at ends of epochs'),
  checkpointEverySteps: z.int().min(0).default(0).describe('steps between checkpoints; 0: none inside epochs'),
  keepLast: z.int().min(1).default(2).describe('checkpoints to keep; a damaged last one falls back to the one before'),
  maxSteps: z.int().min(0).default(0).describe('stop at this step of the run; 0: no limit'),
  maxMinutes: z.number().min(0).default(0).describe('stop after this much time; 0: no limit'),
  explosionFactor: z
    .number()
    .min(2)
    .default(1000)
    .describe('a loss above this many times max(1, median of the last 100 steps) stops the run as diverged'),
});

/** With every default filled in. */
export type TrainerConfig = z.output<typeof trainerConfigSchema>;
/** The input: only what differs from the defaults. */
export type TrainerConfigInput = z.input<typeof trainerConfigSchema>;

/** @throws ConfigError that names every field that is unknown or out of range */
export function parseTrainerConfig(input: TrainerConfigInput): TrainerConfig {
  const result = trainerConfigSchema.safeParse(input);
  if (result.success) return result.data;
  throw new ConfigError(`Invalid configuration of the trainer:\n${z.prettifyError(result.error)}`, {
    cause: result.error,
  });
}
