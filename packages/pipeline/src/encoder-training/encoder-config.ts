/** Everything that decides the training of a text encoder, checked; the defaults are those of Reed et al. 2016 (arXiv 1605.05395). */

import { OPTIMISERS } from '@t2i/text-encoder/training';
import { trainerConfigSchema } from '@t2i/trainer';
import { z } from 'zod';
import { parseConfiguration } from '../parse-configuration.ts';

const networkSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('char-cnn-rnn'),
    channels: z.tuple([z.int().min(1), z.int().min(1)]).default([384, 512]),
    cnnDim: z.int().min(1).default(512).describe('channels of the last convolution and of the recurrence'),
    rnn: z.enum(['relu8', 'gru18']).default('relu8').describe('8 rectified steps (flowers) or 18 gated ones (birds)'),
    normalise: z.enum(['none', 'images', 'both']).default('none').describe('which features are scaled to length 1'),
  }),
  z.strictObject({
    kind: z.literal('linear-words'),
    minCount: z.int().min(1).default(1).describe('ignore words that fewer captions contain'),
  }),
  z.strictObject({
    kind: z.literal('word-cnn'),
    minCount: z.int().min(1).default(3).describe('ignore words that fewer captions contain'),
    wordDim: z.int().min(1).default(128).describe('length of a word vector'),
    channels: z.int().min(1).default(256).describe('channels of the convolutions'),
    roles: z.int().min(1).optional().describe('word roles that the convolutions choose between (default: none)'),
  }),
]);

const chance = z.number().min(0).max(1).optional();

/** Random changes of captions: the probability of each. */
const variationSchema = z.strictObject({
  beginning: chance.describe('probability of removing “this flower has” and the like'),
  offset: chance.describe('probability of starting at a random word of the first half'),
  crop: chance.describe('probability of keeping only some clauses'),
  join: chance.describe('probability of adding a clause of another caption of the photo'),
  letterCase: chance.describe('probability of writing a caption in capitals'),
  punctuation: chance.describe('probability of removing punctuation or adding a full stop'),
  typos: chance.describe('probability of a typing error, for every word'),
  characterDropout: chance.describe('probability of leaving out a letter, for every letter'),
});

const objectiveSchema = z.strictObject({
  symmetric: z.boolean().default(true).describe('compare images with captions and captions with images (DS-SJE)'),
  margin: z.number().positive().default(1).describe('margin by which the right pair should win'),
  contrast: z.number().positive().optional().describe('weight of the loss that tells captions from edited copies'),
  reading: z
    .number()
    .positive()
    .optional()
    .describe('weight of the loss that makes the colour of each part readable from embeddings'),
  loudness: z
    .number()
    .positive()
    .optional()
    .describe('with `reading`: strength of these colours, in margins (default: 1)'),
});

const batchesSchema = z.strictObject({
  batchSize: z.int().min(2).default(40).describe('classes per step'),
  views: z.array(z.string()).min(1).optional().describe('views of the images to sample from (default: all stored)'),
  captionsPerImage: z.int().min(1).default(10).describe('captions used per image'),
  numCaptions: z.int().min(1).default(1).describe('captions of an image averaged into one embedding'),
  wordDropout: z.number().min(0).lt(1).default(0).describe('probability of leaving out a word, for every word'),
  variation: variationSchema.optional().describe('random changes of captions'),
  names: z.number().min(0).max(1).optional().describe('share of captions that the class name is inserted into'),
});

/** The trainer's, with the schedule of `train_sje_hybrid.lua`; an epoch has as many steps as there are classes. */
const trainerSchema = trainerConfigSchema.omit({ seed: true }).extend({
  epochs: trainerConfigSchema.shape.epochs.default(200),
  learningRate: trainerConfigSchema.shape.learningRate.default(7e-4),
  learningRateDecay: trainerConfigSchema.shape.learningRateDecay.default(0.98),
  decayEvery: trainerConfigSchema.shape.decayEvery.default(1),
  decayAt: trainerConfigSchema.shape.decayAt.default('end'),
  logEvery: trainerConfigSchema.shape.logEvery.default(20),
  previewEvery: z.literal(0).default(0),
  checkpointEveryEpochs: trainerConfigSchema.shape.checkpointEveryEpochs.default(5),
  explosionFactor: trainerConfigSchema.shape.explosionFactor.default(20),
});

export const encoderConfigSchema = z.strictObject({
  seed: z.int().default(1).describe('seed of initial weights and sampling'),
  data: z.string().describe('a set made by `t2i dataset prepare`'),
  features: z.string().describe('features of its images, made by `t2i encoder features`'),
  split: z
    .enum(['train', 'trainval'])
    .default('trainval')
    .describe('classes to train on; `train` keeps the validation classes for choosing settings'),
  network: networkSchema
    .default(networkSchema.parse({ kind: 'char-cnn-rnn' }))
    .describe('text encoder: of Reed et al. 2016, a baseline that counts words, or convolutions over words'),
  initFrom: z
    .string()
    .optional()
    .describe('start from the weights of this trained encoder: of the same network, or for word-cnn of linear-words'),
  teacher: z.string().optional().describe('also learn the scores of this trained encoder'),
  objective: objectiveSchema.default(objectiveSchema.parse({})),
  batches: batchesSchema.default(batchesSchema.parse({})),
  optimiser: z.enum(OPTIMISERS).optional().describe('optimiser (default: rmsprop, as in the paper)'),
  trainer: trainerSchema.default(trainerSchema.parse({})),
});

/** A configuration with every default filled in. */
export type EncoderConfig = z.output<typeof encoderConfigSchema>;
/** What a person writes: only what differs from the defaults. */
export type EncoderConfigInput = z.input<typeof encoderConfigSchema>;

/** @throws ConfigError that names every field that is unknown or out of range */
export function parseEncoderConfig(input: unknown): EncoderConfig {
  return parseConfiguration(encoderConfigSchema, input);
}
