/** Everything that decides the training of a style encoder, checked. */

import { styleEncoderConfigSchema } from '@t2i/gan-cls';
import { trainerConfigSchema } from '@t2i/trainer';
import { z } from 'zod';
import { parseConfiguration } from '../parse-configuration.ts';

const { filters, adamBeta1, adamBeta2 } = styleEncoderConfigSchema.shape;

/** Size and noise are the generator's, the kind of convolutions its discriminator's. */
const modelSchema = z.strictObject({
  filters: filters.unwrap().optional().describe("channels after the first stage (default: the discriminator's)"),
  adamBeta1,
  adamBeta2,
});

const batchesSchema = z.strictObject({
  batchSize: z.int().min(2).default(64).describe('images per step, each with its own caption and noise'),
});

const shape = trainerConfigSchema.shape;
const trainerSchema = trainerConfigSchema
  .omit({ seed: true })
  .extend({
    epochs: shape.epochs.default(20),
    learningRate: shape.learningRate.default(1e-3),
    decayEvery: shape.decayEvery.unwrap().optional().describe('epochs between decays (default: a fifth of all epochs)'),
    decayAt: shape.decayAt.default('end'),
  })
  .transform(({ decayEvery, ...trainer }) => {
    return { ...trainer, decayEvery: decayEvery ?? Math.max(1, Math.round(trainer.epochs / 5)) };
  });

export const styleConfigSchema = z.strictObject({
  seed: z.int().default(1).describe('seed of initial weights, captions and noise'),
  model: modelSchema.default(modelSchema.parse({})),
  batches: batchesSchema.default(batchesSchema.parse({})),
  trainer: trainerSchema.default(trainerSchema.parse({})),
});

/** A configuration with every default filled in. */
export type StyleConfig = z.output<typeof styleConfigSchema>;
/** What a person writes: only what differs from the defaults. */
export type StyleConfigInput = z.input<typeof styleConfigSchema>;

/** @throws ConfigError that names every field that is unknown or out of range */
export function parseStyleConfig(input: unknown): StyleConfig {
  return parseConfiguration(styleConfigSchema, input);
}
