/** Every setting of GAN-CLS (Reed et al. 2016, arXiv 1605.05396); defaults are the paper's unless a field says otherwise. */

import { ConfigError } from '@t2i/core';
import * as z from 'zod'; // not `{ z }`, of which bundlers drop nothing

/** More than any model needs: without a limit, an untrusted configuration could ask for all memory. */
const length = z.int().min(1).max(65_536);
const filters = z.int().min(2).max(1024).multipleOf(2);

/** The schema of a configuration. Strict: an unknown key is an error. */
export const ganClsConfigSchema = z.strictObject({
  imageSize: z.literal([32, 64, 128]).default(64).describe('side of the images in pixels (paper: 64)'),
  embeddingDim: length.default(1024).describe('length of a caption embedding φ(t) (paper: 1024)'),
  projectedDim: length
    .default(128)
    .describe('length of the projected embedding, separately in G and D (nt; paper: 128)'),
  noiseDim: length.default(100).describe('length of the noise z ~ N(0, 1) (nz; paper: 100)'),
  generatorFilters: filters
    .default(128)
    .describe("channels of G before its last stage, doubling towards 4×4 (ngf; authors' code: 128, COCO: 196)"),
  discriminatorFilters: filters
    .default(64)
    .describe("channels of D after its first stage, doubling towards 4×4 (ndf; authors' code: 64, COCO: 196)"),
  residual: z
    .boolean()
    .default(true)
    .describe("residual bottlenecks at 4×4 and 8×8 in G and at 4×4 in D (authors' code; not in the paper's figure)"),
  leakyAfterThird: z
    .boolean()
    .default(true)
    .describe("leaky ReLU after D's convolution to 8×8 (not in main_cls_int.lua)"),
  textBatchNorm: z
    .boolean()
    .default(false)
    .describe("batch normalisation of D's projected embedding (main_cls_int.lua; not in the paper)"),
  objective: z
    .enum(['gan', 'gan-cls', 'gan-int', 'gan-int-cls'])
    .default('gan-cls')
    .describe('`cls` shows D mismatching pairs (Algorithm 1), `int` shows G interpolated captions (equation 5)'),
  mismatch: z
    .enum(['text', 'image'])
    .default('text')
    .describe("mismatching pairs: real image with wrong text (paper), or wrong image with right text (authors' code)"),
  clsWeight: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.5)
    .describe("weight of mismatching pairs in D's loss with `cls`; fake pairs get the rest (paper: ½)"),
  interpWeight: z.number().min(0).default(1).describe("weight of interpolated captions in G's loss with `int`"),
  interpolation: z
    .enum(['fixed', 'random'])
    .default('fixed')
    .describe(
      "`fixed`: β·t₁ + (1−β)·t₂ (paper); `random`: midpoint + α·(t₂−t₁), α ~ U(−1, 1) (authors' interp_type 2)",
    ),
  interpolationBeta: z.number().min(0).max(1).default(0.5).describe('β of the `fixed` interpolation (paper: ½)'),
  sharedFake: z
    .boolean()
    .default(true)
    .describe("use one generated batch for both updates (Algorithm 1), not fresh noise for G (authors' code)"),
  adamBeta1: z.number().min(0).lt(1).default(0.5).describe('β₁ of Adam (paper: 0.5)'),
  adamBeta2: z.number().min(0).lt(1).default(0.999).describe('β₂ of Adam'),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(0.5)
    .default(0)
    .describe('one-sided label smoothing: the target for real pairs is 1 − ε (arXiv 1606.03498: 0.1; paper: 0)'),
  augmentation: z
    .array(z.enum(['translation', 'cutout']))
    .readonly()
    .default([])
    .describe('random augmentations of all images that D sees (DiffAugment, arXiv 2006.10738; paper: none)'),
  augmentationFrom: z.number().min(0).default(0).describe('images shown before the augmentation begins'),
  gradientPenalty: z
    .number()
    .min(0)
    .default(0)
    .describe('γ of the R1 penalty γ/2·‖∂D/∂x‖² on real pairs (arXiv 1801.04406; paper: 0)'),
  discriminatorLearningRateFactor: z
    .number()
    .gt(0)
    .default(1)
    .describe("D's learning rate divided by G's (arXiv 1706.08500; paper: 1)"),
  emaHalfLife: z
    .number()
    .min(0)
    .default(0)
    .describe(
      "half-life, in images shown, of a moving average of G's weights that generates the images; 0: off (paper)",
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
