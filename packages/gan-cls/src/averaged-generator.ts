/** A moving average of a generator's weights, with running statistics of its own. */

import type { Rng } from '@t2i/core';
import { type NamedVariables, weightedSum } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { GanClsConfig } from './config.ts';
import { buildGenerator } from './generator.ts';
import { trainingLayers } from './training-layers.ts';
import { copyWeights, weightsOf } from './weights.ts';

/** Running statistics keep nine tenths of the old: they settle in some tens of passes, of which there are so many in a half-life. */
const PASSES_IN_HALF_LIFE = 16;

/**
 * What a GAN draws with in place of its generator's own weights, which swing from step to step. The statistics of the generator do not fit
 * averaged weights: layers that are averaged apart give other activations. So the average passes batches itself now and then, to measure them.
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
   * Takes in the weights after the `step`-th step, which showed `embeddings`; noise for a pass of its own is drawn from `rng`.
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

/** average ← decay·average + (1 − decay)·current, for what gradients move. */
function moveAverage(average: NamedVariables, current: NamedVariables, decay: number): void {
  for (const [name, variable] of Object.entries(average)) {
    if (variable.trainable) variable.assign(weightedSum<tf.Tensor>(variable, current[name]!, decay, 1 - decay));
  }
}
