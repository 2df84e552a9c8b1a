/** Every setting of GAN-CLS (Reed et al. 2016, arXiv 1605.05396); defaults are the paper's unless a field says otherwise. */

import { ConfigError } from '@t2i/core';
import * as z from 'zod'; // not `{ z }`, of which bundlers drop nothing

/** More than any model needs: without a limit, an untrusted configuration could ask for all memory. */
const length = z.int().min(1).max(65_536);
const filters = z.int().min(2).max(1024).multipleOf(2);

/** The schema of a configuration. Strict: an unknown key is an error. */
export const ganClsConfigSchema = z.strictObject({
  imageSize: z
    .literal([32, 64, 128])
    .default(64)
    .describe('Side of the images in pixels. The paper: 64. One stage of stride 2 per doubling from 4×4.'),
  embeddingDim: length.default(1024).describe('Length of a caption embedding, φ(t). The paper: 1024.'),
  projectedDim: length
    .default(128)
    .describe('Length that a dense layer compresses an embedding to, in G and in D apart (nt). The paper: 128.'),
  noiseDim: length.default(100).describe('Length of z ~ N(0, 1) (nz). The paper: 100.'),
  generatorFilters: filters
    .default(128)
    .describe('Channels of G before its last stage (ngf); they double towards 4×4. Authors: 128, for COCO 196.'),
  discriminatorFilters: filters
    .default(64)
    .describe('Channels of D after its first stage (ndf); they double towards 4×4. Authors: 64, for COCO 196.'),
  residual: z
    .boolean()
    .default(true)
    .describe(
      "Residual bottlenecks at 4×4 and 8×8 in G and at 4×4 in D, as the authors' code has them. The paper's figure has none.",
    ),
  leakyAfterThird: z
    .boolean()
    .default(true)
    .describe("Leaky ReLU after D's convolution to 8×8, the third of four at 64×64. main_cls_int.lua leaves it out."),
  textBatchNorm: z
    .boolean()
    .default(false)
    .describe(
      "Batch normalisation of D's projected embedding. main_cls_int.lua has it; the paper normalises convolutions only.",
    ),
  objective: z
    .enum(['gan', 'gan-cls', 'gan-int', 'gan-int-cls'])
    .default('gan-cls')
    .describe("'cls' shows D mismatching pairs (Algorithm 1), 'int' shows G interpolated captions (equation 5)."),
  mismatch: z
    .enum(['text', 'image'])
    .default('text')
    .describe(
      "A mismatching pair is a real image with a wrong caption (the paper), or a wrong image with a right one (the authors' code).",
    ),
  clsWeight: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.5)
    .describe(
      "Weight of the mismatching pair in D's loss of the 'cls' objectives; the fake has the rest. The paper: ½.",
    ),
  interpWeight: z
    .number()
    .min(0)
    .default(1)
    .describe("Weight of an interpolated caption in G's loss of the 'int' objectives."),
  interpolation: z
    .enum(['fixed', 'random'])
    .default('fixed')
    .describe(
      "β·t₁ + (1−β)·t₂ (the paper), or the midpoint plus α·(t₂−t₁), α ~ U(−1, 1) (the authors' interp_type 2).",
    ),
  interpolationBeta: z.number().min(0).max(1).default(0.5).describe("β of the 'fixed' interpolation. The paper: ½."),
  sharedFake: z
    .boolean()
    .default(true)
    .describe(
      "One x̂ = G(z, h) serves both updates (Algorithm 1). Off: G is updated on fresh noise (the authors' code).",
    ),
  adamBeta1: z.number().min(0).lt(1).default(0.5).describe('Decay of the mean of gradients. The paper: 0.5.'),
  adamBeta2: z.number().min(0).lt(1).default(0.999).describe('Decay of the mean of squared gradients.'),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(0.5)
    .default(0)
    .describe(
      'One-sided label smoothing: the target for real pairs is 1 − ε (Salimans et al. 2016, arXiv 1606.03498: ε = 0.1). 0: off, as in the paper.',
    ),
  augmentation: z
    .array(z.enum(['translation', 'cutout']))
    .readonly()
    .default([])
    .describe(
      'Random augmentations of all images that D sees (DiffAugment, Zhao et al. 2020, arXiv 2006.10738). None in the paper.',
    ),
  augmentationFrom: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Images shown before `augmentation` begins. D overfits late in a run; earlier augmentation only slows training down.',
    ),
  gradientPenalty: z
    .number()
    .min(0)
    .default(0)
    .describe(
      "γ of γ/2·‖∂D/∂x‖² at real pairs, added to D's loss (R1, Mescheder et al. 2018, arXiv 1801.04406). 0: off, as in the paper.",
    ),
  discriminatorLearningRateFactor: z
    .number()
    .gt(0)
    .default(1)
    .describe("D's learning rate over G's (two time-scales, Heusel et al. 2017, arXiv 1706.08500). The paper: 1."),
  emaHalfLife: z
    .number()
    .min(0)
    .default(0)
    .describe(
      "Half-life, in images shown, of a moving average of G's weights, which then generates the images. 0: off, as in the paper.",
    ),
});

/** A resolved configuration: plain JSON with every field set. */
export type GanClsConfig = z.output<typeof ganClsConfigSchema>;

/** Any part of a configuration. */
export type GanClsOverrides = z.input<typeof ganClsConfigSchema>;

/** The fields that decide the generator; others may stand beside them and are left out. */
const generatorConfigSchema = z.object(
  ganClsConfigSchema.pick({
    imageSize: true,
    embeddingDim: true,
    projectedDim: true,
    noiseDim: true,
    generatorFilters: true,
    residual: true,
  }).shape,
);

/** What decides the generator: plain JSON with every field set. */
export type GeneratorConfig = z.output<typeof generatorConfigSchema>;

/**
 * Fills in the defaults.
 * @throws ConfigError naming every field that is unknown or out of range
 */
export function resolveConfig(config: unknown): GanClsConfig {
  return parse(ganClsConfigSchema, config);
}

/**
 * The part of a configuration that decides the generator, defaults filled in.
 * @throws ConfigError naming every field of it that is out of range
 */
export function resolveGeneratorConfig(config: unknown): GeneratorConfig {
  return parse(generatorConfigSchema, config);
}

function parse<T>(schema: z.ZodType<T>, config: unknown): T {
  const result = schema.safeParse(config);
  if (result.success) return result.data;
  throw new ConfigError(`Invalid GAN-CLS configuration:\n${z.prettifyError(result.error)}`, {
    hint: 'Correct these fields; the README of @t2i/gan-cls lists all of them.',
    cause: result.error,
  });
}

/** Stages of stride 2 between 4×4 and the image. */
export function stageCount({ imageSize }: Pick<GanClsConfig, 'imageSize'>): number {
  return Math.log2(imageSize / 4);
}

/** Channels of G where its feature maps are `side` pixels wide: at 64×64 8·ngf at 4. */
export function channelsAt(config: Pick<GanClsConfig, 'imageSize' | 'generatorFilters'>, side: number): number {
  return (config.generatorFilters * 2 ** (stageCount(config) + 1)) / side;
}

/** Whether D is shown mismatching pairs. */
export function showsMismatch({ objective }: GanClsConfig): boolean {
  return objective === 'gan-cls' || objective === 'gan-int-cls';
}

/** Whether G is shown interpolated captions. */
export function interpolates({ objective }: GanClsConfig): boolean {
  return objective === 'gan-int' || objective === 'gan-int-cls';
}
