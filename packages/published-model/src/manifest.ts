/**
 * `model.json` describes a published model and its two files. Beside it lie `generator.safetensors` and
 * `encoder.safetensors`; matrices in them are float16 unless `precision` says float32, vectors always float32.
 */

import { CheckpointError, errorMessage, fnv1a } from '@t2i/core';
import * as z from 'zod'; // not `{ z }`, of which bundlers drop nothing
import { GENERATOR_KINDS, type GeneratorKindName } from './generator-kinds.ts';

export const MANIFEST_FILE = 'model.json';
const FORMAT = 't2i/model';
const VERSION = 1;
/** A file beside the manifest: no name that leads elsewhere. */
const FILE_NAME = /^[\w-][\w.-]*$/;

const fileSchema = z.strictObject({
  name: z.string().regex(FILE_NAME),
  bytes: z.int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const completionSchema = z.strictObject({
  prefix: z.string().min(1),
  /** First words, in small letters, of captions that are left as they are. */
  unless: z.array(z.string()).readonly(),
});

const generatorSchema = z
  .strictObject({
    kind: z.enum(Object.keys(GENERATOR_KINDS) as GeneratorKindName[]),
    config: z.unknown(),
    /** Whether the weights are the moving average of those that were trained. */
    averaged: z.boolean(),
    file: fileSchema,
  })
  .transform((generator, context) => {
    try {
      return { ...generator, config: GENERATOR_KINDS[generator.kind].resolveConfig(generator.config) };
    } catch (error) {
      context.addIssue({ code: 'custom', path: ['config'], message: errorMessage(error) });
      return z.NEVER;
    }
  });

const fieldsSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  precision: z.enum(['float16', 'float32']),
  imageSize: z.int().min(1),
  noiseDim: z.int().min(1),
  generator: generatorSchema,
  encoder: z.strictObject({
    kind: z.string(),
    /** Of the encoder in the file: a hash of its weights, so rounding changes it. */
    id: z.string(),
    /** Of the encoder that the generator was trained with. */
    trainedWith: z.string(),
    dim: z.int().min(1),
    /** How captions are completed that begin otherwise than the data do; missing: not at all. */
    completion: completionSchema.optional(),
    file: fileSchema,
  }),
  facts: z.strictObject({
    dataset: z.string(),
    objective: z.string(),
    epoch: z.int().min(0),
    step: z.int().min(0),
    /** Images shown in training, one counted each time. */
    imagesShown: z.int().min(0),
    /** Hash of the checkpoint that the weights come from. */
    checkpoint: z.string(),
  }),
  /** An image that was generated when the model was published. Every backend must reproduce it closely. */
  check: z.strictObject({
    caption: z.string(),
    seed: z.int().min(0),
    /** Some of the image's values in [-1, 1], evenly spaced, from the first on. */
    values: z.array(z.number().min(-1).max(1)).min(1).max(1000),
  }),
  /** Of the weights, in words or as an SPDX identifier; null: not stated. */
  license: z.string().nullable(),
});

/** Sizes that the manifest states twice must agree. */
const manifestSchema = fieldsSchema.superRefine(({ imageSize, noiseDim, generator: { config }, encoder }, context) => {
  const twice = [
    ['imageSize', imageSize, config.imageSize],
    ['noiseDim', noiseDim, config.noiseDim],
    ['encoder.dim', encoder.dim, config.embeddingDim],
  ] as const;
  for (const [path, said, built] of twice) {
    if (said === built) continue;
    const message = `is ${said}, but the generator is configured for ${built}`;
    context.addIssue({ code: 'custom', path: path.split('.'), message });
  }
});

/** A published model, as `model.json` describes it. */
export type ModelManifest = z.output<typeof manifestSchema>;
/** One of its two files. */
export type ModelFile = ModelManifest['encoder']['file'];

/** Format, version, and then everything that differs between models. */
export function modelManifest(content: Omit<ModelManifest, 'format' | 'version'>): ModelManifest {
  return { format: FORMAT, version: VERSION, ...content };
}

/**
 * Reads the text of a `model.json`.
 * @param where identifies it in errors
 * @throws CheckpointError when it is not a model description, or one of another version
 */
export function parseModelManifest(text: string, where: string): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(`${where} is not valid JSON: ${errorMessage(cause)}.`, {
      hint: 'Check the URL: it must point to the model.json that t2i export wrote.',
      cause,
    });
  }
  const { format, version } = (json ?? {}) as Record<string, unknown>;
  if (format === FORMAT && version !== VERSION) {
    throw new CheckpointError(`${where} has format version ${version}, this program reads ${VERSION}.`, {
      hint: 'Use the version of @t2i/published-model that wrote it, or a later one.',
    });
  }
  const result = manifestSchema.safeParse(json);
  if (result.success) return result.data;
  throw new CheckpointError(`${where} does not describe a published model:\n${z.prettifyError(result.error)}`, {
    hint: 'Export the run again.',
    cause: result.error,
  });
}

/** Identifies weights and completion in 16 digits: two models of one revision generate the same images. */
export function revisionOf({ generator, encoder }: ModelManifest): string {
  const completion = encoder.completion === undefined ? '' : JSON.stringify(encoder.completion);
  return fnv1a(new TextEncoder().encode(generator.file.sha256 + encoder.file.sha256 + completion));
}
