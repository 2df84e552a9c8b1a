/** The generator of a trained GAN-CLS, without discriminator and optimisers. Runs in Node and browsers. */

import { float32Values, type GenerateInput, type ImageBatch, type StateDict, type TextToImageModel } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { type GeneratorConfig, resolveGeneratorConfig } from './config.ts';
import { buildGenerator } from './generator.ts';
import { expectGenerator } from './generator-shapes.ts';
import { MAX_IMAGES_PER_CALL, runGenerator } from './run-generator.ts';
import { stockLayers } from './stock-layers.ts';
import { weightsOf } from './weights.ts';

/** Names of its weights begin with this. */
const PREFIX = 'generator';

/**
 * The weights that `GanCls.generate` uses, named `generator/…`, taken from the whole state: the averaged ones where they are kept.
 * @param state as `GanCls.state()` gives it
 * @param averaged false takes the generator's own weights even where averaged ones are kept
 */
export function generatorState(state: StateDict, { averaged = true } = {}): StateDict['tensors'] {
  const names = Object.keys(state.tensors);
  const from = averaged && names.some((name) => name.startsWith('ema/')) ? 'ema/' : `${PREFIX}/`;
  const own = names.filter((name) => name.startsWith(from));
  return Object.fromEntries(own.map((name) => [`${PREFIX}/${name.slice(from.length)}`, state.tensors[name]!]));
}

/**
 * A text-to-image model that generates images and does not learn.
 * @example
 * const model = GanClsGenerator.fromWeights(config, generatorState(await trained.state()));
 * const images = await generateFromCaptions({ model, encoder, captions: ['a pink flower'], seed: 7 });
 */
export class GanClsGenerator implements TextToImageModel {
  readonly specificationVersion = 'v1';
  readonly config: GeneratorConfig;
  readonly imageSize: number;
  readonly noiseDim: number;
  readonly embeddingDim: number;
  readonly maxImagesPerCall = MAX_IMAGES_PER_CALL;
  readonly #network: tfl.LayersModel;

  private constructor(config: GeneratorConfig) {
    this.config = config;
    this.imageSize = config.imageSize;
    this.noiseDim = config.noiseDim;
    this.embeddingDim = config.embeddingDim;
    this.#network = buildGenerator(config, stockLayers);
  }

  /**
   * The generator of a configuration and its weights, in float32 or float16, as `generatorState` names them.
   * @param config also one of a whole `GanCls`
   * @throws ConfigError for a field that is missing or out of range
   * @throws CheckpointError naming the first weight that is missing, unknown, of another shape or not finite, before
   * anything is built
   */
  static fromWeights(config: unknown, tensors: StateDict['tensors']): GanClsGenerator {
    const resolved = resolveGeneratorConfig(config);
    expectGenerator(resolved, tensors);
    const model = new GanClsGenerator(resolved);
    try {
      model.#write(tensors);
    } catch (error) {
      model.dispose();
      throw error;
    }
    return model;
  }

  /** Normalises by running statistics, as `GanCls.generate` does. */
  generate(input: GenerateInput): Promise<ImageBatch> {
    return runGenerator(this.#network, this, input);
  }

  dispose(): void {
    this.#network.dispose();
  }

  #write(tensors: StateDict['tensors']): void {
    for (const [name, variable] of Object.entries(weightsOf(PREFIX, this.#network))) {
      tf.tidy(() => variable.assign(tf.tensor(float32Values(tensors[name]!).slice(), variable.shape)));
    }
  }
}
