/** Everything that decides the training of a text encoder, checked; the defaults are those of Reed et al. 2016 (arXiv 1605.05395). */

import { trainerConfigSchema } from '@t2i/trainer';
import { z } from 'zod';
import { parseConfiguration } from '../parse-configuration.ts';

const networkSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('char-cnn-rnn'),
    channels: z.tuple([z.int().min(1), z.int().min(1)]).default([384, 512]),
    cnnDim: z.int().min(1).default(512).describe('channels of the last convolution and the recurrence'),
    rnn: z.enum(['relu8', 'gru18']).default('relu8').describe('8 rectified steps (flowers) or 18 gated ones (birds)'),
    normalise: z.enum(['none', 'images', 'both']).default('none').describe('what is scaled to length 1 first'),
  }),
  z.strictObject({
    kind: z.literal('linear-words'),
    minCount: z.int().min(1).default(1).describe('words that fewer captions contain are left out'),
  }),
  z.strictObject({
    kind: z.literal('word-cnn'),
    minCount: z.int().min(1).default(3).describe('words that fewer captions contain are left out'),
    wordDim: z.int().min(1).default(128).describe("length of a word's vector beneath the convolutions"),
    channels: z.int().min(1).default(256).describe('channels of both convolutions'),
  }),
]);

const chance = z.number().min(0).max(1).optional();

/** How captions are said otherwise: the chance of each change. */
const variationSchema = z.strictObject({
  beginning: chance.describe('that “this flower has” and the like are left out'),
  offset: chance.describe('that a caption begins at a random word of its first half'),
  crop: chance.describe('that only some clauses stay'),
  join: chance.describe('that a clause of another caption of the photo is added'),
  letterCase: chance.describe('that it is written in capitals'),
  punctuation: chance.describe('that punctuation is left out, or a full stop added'),
  typos: chance.describe('of every word, that it has a typing error'),
  characterDropout: chance.describe('of every letter, that it is missing'),
});

const objectiveSchema = z.strictObject({
  symmetric: z.boolean().default(true).describe('DS-SJE; false: DA-SJE'),
  margin: z.number().positive().default(1),
  contrast: z.number().positive().optional().describe('weight of telling captions from edits of themselves'),
});

const batchesSchema = z.strictObject({
  batchSize: z.int().min(2).default(40).describe('distinct classes in a step'),
  views: z.array(z.string()).min(1).optional().describe('views of the images to sample from; default: all stored'),
  captionsPerImage: z.int().min(1).default(10),
  numCaptions: z.int().min(1).default(1).describe('captions of an image whose embeddings are averaged'),
  wordDropout: z.number().min(0).lt(1).default(0).describe('chance of every word to be left out'),
  variation: variationSchema.optional().describe('how captions are said otherwise'),
  names: z.number().min(0).max(1).optional().describe("share of captions that the class's name is put into"),
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
  seed: z.int().default(1).describe('decides first weights and sampling'),
  data: z.string().describe('directory made by `t2i dataset prepare`'),
  features: z.string().describe('directory of image features'),
  split: z.enum(['train', 'trainval']).default('trainval').describe('`train` keeps the validation classes unseen'),
  network: networkSchema.default(networkSchema.parse({ kind: 'char-cnn-rnn' })),
  initFrom: z
    .string()
    .optional()
    .describe('directory of a trained encoder of the same network whose weights are the first'),
  teacher: z.string().optional().describe('directory of a trained encoder whose scores are learnt too'),
  objective: objectiveSchema.default(objectiveSchema.parse({})),
  batches: batchesSchema.default(batchesSchema.parse({})),
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
