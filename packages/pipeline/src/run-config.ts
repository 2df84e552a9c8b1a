/** The configuration of a run: validated, recorded in `run.json`, and the input of `trainRun`. */

import { USUAL_BEGINNINGS } from '@t2i/text-encoder';
import { trainerConfigSchema } from '@t2i/trainer';
import { z } from 'zod';
import { modelSettingsSchema } from './model-settings.ts';
import { parseConfiguration } from './parse-configuration.ts';

const dataSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('toy-flowers'),
    images: z.int().min(200).default(2000).describe('number of images'),
    seed: z.int().default(1),
  }),
  z.strictObject({
    kind: z.literal('prepared'),
    directory: z.string().describe('directory made by `t2i dataset prepare`'),
  }),
]);

const encoderSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('automatic') })
    .describe('the included encoder for Oxford-102, a bag of words for other data'),
  z.strictObject({
    kind: z.literal('pretrained'),
    name: z
      .enum(['oxford-102-words', 'oxford-102'])
      .describe('what it was trained on; `-words` reads words, the other characters, as in the paper'),
  }),
  z.strictObject({
    kind: z.literal('bag-of-words'),
    maxWords: z.int().min(16).default(1024).describe('vocabulary size: the dimension of the embeddings'),
  }),
  z.strictObject({
    kind: z.literal('saved'),
    directory: z.string().describe('directory written by saveEncoder, or a run of `t2i encoder train`'),
  }),
]);

const batchesSchema = z.strictObject({
  batchSize: z.int().min(2).default(64).describe('pairs per step (paper: 64)'),
  captionsPerImage: z.int().min(1).default(10).describe('captions used per image (blog: 5)'),
  numCaptions: z.int().min(1).default(1).describe("captions averaged into one condition (paper: 1; authors' code: 4)"),
  editedShare: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('share of mismatching texts that are edits of the right caption (only with mismatch `text`)'),
  sampling: z
    .enum(['class-uniform', 'image-uniform'])
    .default('class-uniform')
    .describe('whether every class or every image is equally likely in a batch'),
});

const completionSchema = z
  .strictObject({
    prefix: z.string().min(1),
    unless: z
      .array(z.string())
      .readonly()
      .default([...USUAL_BEGINNINGS])
      .describe('first words of captions that need no completion'),
  })
  .describe('how to complete captions that begin unlike the training captions');

const previewSchema = z.strictObject({
  captions: z.array(z.string()).default([]).describe('also generate this caption after every epoch'),
  seen: z.int().min(0).default(4).describe('captions of training photos on a sample sheet'),
  unseen: z.int().min(0).default(4).describe('captions of test photos that training has not seen, on a sample sheet'),
  columns: z.int().min(1).default(8).describe('images per caption on a sample sheet, each with its own fixed noise'),
});

// The run's one seed decides everything random.
const trainerSchema = trainerConfigSchema.omit({ seed: true });

export const runConfigSchema = z.strictObject({
  seed: z.int().default(1).describe('seed of initial weights, sampling and noise'),
  data: dataSchema,
  encoder: encoderSchema.default({ kind: 'automatic' }),
  model: modelSettingsSchema.default(modelSettingsSchema.parse({})),
  batches: batchesSchema.default(batchesSchema.parse({})),
  trainer: trainerSchema.default(trainerSchema.parse({})),
  preview: previewSchema.default(previewSchema.parse({})),
  completion: completionSchema.optional(),
});

/** A run's configuration with every default filled in. */
export type RunConfig = z.output<typeof runConfigSchema>;
/** The input: only what differs from the defaults. */
export type RunConfigInput = z.input<typeof runConfigSchema>;

/** @throws ConfigError that names every field that is unknown or out of range */
export function parseRunConfig(input: unknown): RunConfig {
  return parseConfiguration(runConfigSchema, input);
}
