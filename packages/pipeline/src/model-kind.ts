/** The seam between a run and the kind of model that it trains. */

import type { Rng, StateDict, TextToImageModel, TrainableModel } from '@t2i/core';
import type { StyleEncoderConfig } from '@t2i/gan-cls';
import type { PublishableModel } from '@t2i/published-model/node';

/** Settings that every kind has. */
export interface CommonSettings {
  readonly kind: string;
  /** Side of the square images, in pixels. */
  readonly imageSize: number;
  readonly noiseDim: number;
}

/** Settings, and the length of the embeddings, which the text encoder decides. */
export type WithEmbeddingDim<Settings> = Settings & { readonly embeddingDim: number };

/** Everything that the pipeline needs to know of a kind of model. */
export interface ModelKind<Settings extends CommonSettings, Schema> {
  /** Schema of `model` in a run's configuration. */
  readonly schema: Schema;
  /** Named settings; no two kinds share a name. */
  readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The training objective, as `model.json` and model cards name it. */
  objective(settings: Settings): string;
  /** A model with random first weights. */
  create(config: WithEmbeddingDim<Settings>, rng: Rng): TrainableModel;
  /**
   * The model of a checkpoint.
   * @throws CheckpointError naming the first tensor that is missing, unknown or of another shape, before the networks are built
   */
  open(config: WithEmbeddingDim<Settings>, state: StateDict): Promise<TrainableModel>;
  /** The model without the moving average of its weights; undefined where it keeps none. */
  openUnaveraged(config: WithEmbeddingDim<Settings>, state: StateDict): TextToImageModel | undefined;
  /** The part of a checkpoint that generates images. */
  publishable(config: WithEmbeddingDim<Settings>, state: StateDict): PublishableModel['generator'];
  /** Defaults of a style encoder for the model. */
  styleEncoder(settings: Settings): Pick<StyleEncoderConfig, 'filters' | 'residual' | 'leakyAfterThird'>;
}
