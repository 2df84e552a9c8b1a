/** The kinds of generator that a model can be published with. No other file of this package names one. */

import type { JsonValue, StateDict, TextToImageModel } from '@t2i/core';
import { GanClsGenerator, resolveGeneratorConfig } from '@t2i/gan-cls';

/** What a kind of generator is configured by: plain JSON, with these sizes and its own settings. */
export type GeneratorConfig = {
  readonly imageSize: number;
  readonly noiseDim: number;
  readonly embeddingDim: number;
} & { readonly [setting: string]: JsonValue };

export interface GeneratorKind {
  /**
   * The settings that decide the generator, with defaults filled in; others may stand beside them and are left out.
   * @throws ConfigError naming every one that is out of range
   */
  readonly resolveConfig: (config: unknown) => GeneratorConfig;
  /** @throws CheckpointError naming the first weight that does not fit, before anything is built */
  readonly fromWeights: (config: unknown, tensors: StateDict['tensors']) => TextToImageModel;
}

const KINDS = {
  'gan-cls': { resolveConfig: resolveGeneratorConfig, fromWeights: GanClsGenerator.fromWeights },
} satisfies Record<string, GeneratorKind>;

/** The `kind` of a generator in `model.json`. */
export type GeneratorKindName = keyof typeof KINDS;

export const GENERATOR_KINDS: Readonly<Record<GeneratorKindName, GeneratorKind>> = KINDS;
