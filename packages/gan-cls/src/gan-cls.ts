/** GAN-CLS (Reed et al. 2016, arXiv 1605.05396): generator, matching-aware discriminator and their optimisers, as one model. */

import type {
  GenerateInput,
  ImageBatch,
  JsonValue,
  Mismatch,
  Rng,
  StateDict,
  StepScalars,
  TrainableModel,
  TrainBatch,
  TrainStepOptions,
} from '@t2i/core';
import {
  Adam,
  exchangeGradients,
  readStepReport,
  readTrainingState,
  type StepReport,
  type TrainingState,
  writeTrainingState,
} from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { AveragedGenerator } from './averaged-generator.ts';
import { disposeStepBatch, keepStepBatch } from './batch.ts';
import { type GanClsConfig, ganClsConfigSchema, resolveConfig, showsMismatch } from './config.ts';
import { buildDiscriminator, type Discriminator } from './discriminator.ts';
import { buildGenerator } from './generator.ts';
import { MAX_IMAGES_PER_CALL, runGenerator } from './run-generator.ts';
import { stockLayers } from './stock-layers.ts';
import { trainingLayers } from './training-layers.ts';
import { trainStep } from './training-step.ts';
import { copyWeights, initialise, trainableOf, weightsOf } from './weights.ts';

/**
 * A text-to-image GAN that learns.
 * @example
 * const model = new GanCls(presetConfig('tiny', { embeddingDim: encoder.dim }), new Rng(1));
 * const scalars = await model.step(batch, { learningRate: 2e-4, rng });
 */
export class GanCls implements TrainableModel {
  readonly specificationVersion = 'v1';
  readonly config: GanClsConfig;
  readonly imageSize: number;
  readonly noiseDim: number;
  readonly embeddingDim: number;
  readonly maxImagesPerCall = MAX_IMAGES_PER_CALL;
  readonly mismatch: Mismatch;
  readonly stepsAhead = true;
  readonly #generator: tfl.LayersModel;
  readonly #discriminator: Discriminator;
  readonly #generatorAdam: Adam;
  readonly #discriminatorAdam: Adam;
  /** The moving average of the generator, where one is kept. */
  readonly #average: AveragedGenerator | undefined;

  /** @param rng samples the initial weights; the same seed gives the same weights on every backend */
  constructor(config: GanClsConfig, rng: Rng) {
    this.config = config;
    this.imageSize = config.imageSize;
    this.noiseDim = config.noiseDim;
    this.embeddingDim = config.embeddingDim;
    this.mismatch = showsMismatch(config) ? config.mismatch : 'none';
    this.#generator = buildGenerator(config, trainingLayers);
    this.#discriminator = buildDiscriminator(config, trainingLayers);
    const { trunk, head } = this.#discriminator;
    for (const model of [this.#generator, trunk, head]) initialise(model, rng);
    const options = { beta1: config.adamBeta1, beta2: config.adamBeta2 };
    const adamOf = (name: string, ...models: readonly tfl.LayersModel[]) =>
      new Adam(trainableOf(weightsOf(name, ...models)), { ...options, name });
    this.#generatorAdam = adamOf('generator', this.#generator);
    this.#discriminatorAdam = adamOf('discriminator', trunk, head);
    this.#average = config.emaHalfLife > 0 ? new AveragedGenerator(config, this.#generator) : undefined;
  }

  /**
   * The model of a configuration, for instance of `model.config` after a trip through JSON.
   * @throws ConfigError naming every field that is unknown or out of range
   */
  static fromConfig(config: unknown, rng: Rng): GanCls {
    return new GanCls(resolveConfig(config), rng);
  }

  completeConfig(saved: JsonValue): JsonValue {
    const result = ganClsConfigSchema.safeParse(saved);
    return result.success ? result.data : saved; // the caller reports what does not fit
  }

  /**
   * One iteration of Algorithm 1: D's update, then G's. Everything random is sampled from `rng`.
   * Reports `loss/discriminator`, `loss/generator`, and the mean of D's σ(s) as `score/real`, `score/wrong`, `score/fake`.
   */
  async step(batch: TrainBatch, options: TrainStepOptions): Promise<StepScalars> {
    const report: StepReport = {};
    const onBackend = keepStepBatch(batch, this);
    let scalars: Promise<StepScalars>;
    try {
      for (const { optimiser, gradients, learningRate } of trainStep(this.#networks(), onBackend, options, report)) {
        const { exchange } = options;
        const agreed = exchange ? await exchangeGradients(gradients, optimiser.variables, exchange) : gradients;
        optimiser.apply(agreed, learningRate);
        tf.dispose(agreed);
      }
      tf.tidy(() =>
        this.#average?.follow(this.#generator, this.#generatorAdam.step, onBackend.embeddings, options.rng),
      );
      scalars = readStepReport(report);
    } finally {
      disposeStepBatch(onBackend);
      tf.dispose(report);
    }
    return scalars;
  }

  /** Normalises by running statistics. Uses the averaged weights and their statistics where they are kept. */
  generate(input: GenerateInput): Promise<ImageBatch> {
    return runGenerator(this.#sampler(), this, input);
  }

  async state(): Promise<StateDict> {
    const metadata = { format: 't2i/gan-cls', config: JSON.stringify(this.config) };
    return { tensors: await readTrainingState(this.#trainingState()), metadata };
  }

  async load(state: StateDict): Promise<void> {
    writeTrainingState(this.#trainingState(), state.tensors);
  }

  /**
   * The generator that `generate` uses, for `tf.loadLayersModel`: stock layers only, inputs [noise, embedding],
   * one output in [-1, 1]. Save it with any `tf.io` handler.
   */
  async exportGenerator(): Promise<tf.io.ModelArtifacts> {
    const twin = buildGenerator(this.config, stockLayers);
    copyWeights(weightsOf('', this.#sampler()), weightsOf('', twin));
    let saved: tf.io.ModelArtifacts | undefined;
    const handler = tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    });
    await twin.save(handler);
    twin.dispose();
    return saved!;
  }

  dispose(): void {
    this.#generator.dispose();
    this.#discriminator.trunk.dispose();
    this.#discriminator.head.dispose();
    this.#average?.dispose();
    this.#generatorAdam.dispose();
    this.#discriminatorAdam.dispose();
  }

  /** The network that `generate` runs. */
  #sampler(): tfl.LayersModel {
    return this.#average?.network ?? this.#generator;
  }

  #networks() {
    return {
      config: this.config,
      generator: this.#generator,
      discriminator: this.#discriminator,
      generatorAdam: this.#generatorAdam,
      discriminatorAdam: this.#discriminatorAdam,
    };
  }

  #trainingState(): TrainingState {
    const { trunk, head } = this.#discriminator;
    return {
      variables: {
        ...weightsOf('generator', this.#generator),
        ...weightsOf('discriminator', trunk, head),
        ...(this.#average && weightsOf('ema', this.#average.network)),
      },
      optimisers: [this.#generatorAdam, this.#discriminatorAdam],
    };
  }
}
