/** A moving average of a generator's weights, with running statistics of its own. */

import type { Rng } from '@t2i/core';
import { type NamedVariables, weightedSum } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { GanClsConfig } from './config.ts';
import { buildGenerator } from './generator.ts';
import { trainingLayers } from './training-layers.ts';
import { copyWeights, weightsOf } from './weights.ts';

/** Running statistics keep nine tenths of the old value and settle within tens of passes; a half-life has this many. */
const PASSES_IN_HALF_LIFE = 16;

/**
 * Generates images in place of the generator, whose weights swing from step to step. The generator's batch statistics do not fit averaged
 * weights, because averaged layers give other activations. So the average runs a batch now and then to measure its own.
 */
export class AveragedGenerator {
  readonly network: tfl.LayersModel;
  readonly #config: GanClsConfig;

  /** Begins as a copy of `source`. */
  constructor(config: GanClsConfig, source: tfl.LayersModel) {
    this.#config = config;
    this.network = buildGenerator(config, trainingLayers);
    copyWeights(weightsOf('', source), weightsOf('', this.network));
  }

  /**
   * Includes the weights after step `step`, which showed `embeddings`. Noise for its own pass is sampled from `rng`.
   * Call it inside `tf.tidy`.
   */
  follow(source: tfl.LayersModel, step: number, embeddings: tf.Tensor2D, rng: Rng): void {
    const [rows] = embeddings.shape;
    const halfLife = this.#config.emaHalfLife / rows; // in steps
    moveAverage(weightsOf('', this.network), weightsOf('', source), 0.5 ** (1 / halfLife));
    if (step % Math.max(1, Math.floor(halfLife / PASSES_IN_HALF_LIFE)) !== 0) return;
    const { noiseDim } = this.#config;
    const noise = tf.tensor2d(rng.normal(rows * noiseDim), [rows, noiseDim]);
    this.network.apply([noise, embeddings], { training: true });
  }

  dispose(): void {
    this.network.dispose();
  }
}

/** average ← decay·average + (1 − decay)·current, for trainable weights. */
function moveAverage(average: NamedVariables, current: NamedVariables, decay: number): void {
  for (const [name, variable] of Object.entries(average)) {
    if (variable.trainable) variable.assign(weightedSum<tf.Tensor>(variable, current[name]!, decay, 1 - decay));
  }
}
