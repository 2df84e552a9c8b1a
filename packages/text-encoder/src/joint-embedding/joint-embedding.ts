/** Training a text encoder against fixed image features (Reed et al. 2016, arXiv 1605.05395, sections 3 and 5; `train_sje_hybrid.lua`). */

import '@tensorflow/tfjs-layers'; // registers the gradients of stock operations
import {
  assert,
  CheckpointError,
  ConfigError,
  type EmbeddingBatch,
  type JsonValue,
  type StateDict,
  type StepScalars,
  type Trainable,
  type TrainStepOptions,
} from '@t2i/core';
import {
  Adam,
  exchangeGradients,
  type Optimiser,
  RmsProp,
  readStepReport,
  readTrainingState,
  type StepReport,
  type TrainingState,
  writeTrainingState,
} from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import { CharCnnRnn } from '../char-cnn-rnn/char-cnn-rnn.ts';
import type { CharCnnRnnConfig } from '../char-cnn-rnn/config.ts';
import { LinearWords } from '../linear-words/linear-words.ts';
import { normaliseRows } from '../normalise-rows.ts';
import { parseMetadata, type SavableEncoder } from '../savable-encoder.ts';
import type { WordCnnConfig } from '../word-cnn/config.ts';
import { WordCnn } from '../word-cnn/word-cnn.ts';
import { COLOUR_LABELS, colourLabels } from './colour-labels.ts';
import {
  contrastLoss,
  distillationLoss,
  type JointLossOptions,
  jointLoss,
  matchAccuracy,
  readingLoss,
} from './loss.ts';
import type { TextNetwork } from './text-network.ts';

/** One image from each of n distinct classes, with one or more of its captions. */
export interface JointBatch {
  /** Image features [n, dim]. */
  readonly features: EmbeddingBatch;
  /** The same number for each image, image by image; their embeddings are averaged. */
  readonly captions: readonly string[];
  /** Embeddings of the captions by a teacher [captions, dim]: the network then learns its scores too. */
  readonly taught?: EmbeddingBatch;
  /** Captions with another meaning, each with the index of its original caption; `contrast` separates the two. */
  readonly edited?: { readonly texts: readonly string[]; readonly of: readonly number[] };
  /** Texts without an image; `reading` reads from them as from all others. */
  readonly read?: readonly string[];
}

export const OPTIMISERS = ['rmsprop', 'adam'] as const;

export interface JointEmbeddingOptions {
  /** Default `rmsprop`, as in the paper. Adam trains convolutions much sooner. */
  readonly optimiser?: (typeof OPTIMISERS)[number] | undefined;
  /** Orthonormal [dim, COLOUR_LABELS], from `quietDirections`: required when colours are read. */
  readonly directions?: Float32Array | undefined;
}

const WEIGHTS = 'text/';

/**
 * A text network that learns to give captions a high product with the features of their images.
 * The features are compared unchanged: the image side is fixed, its encoder the identity.
 */
export class JointEmbedding implements Trainable<JointBatch> {
  readonly config: JsonValue;
  readonly stepsAhead = true;
  readonly network: TextNetwork;
  readonly #loss: JointLossOptions;
  readonly #optimiser: Optimiser;
  /** [dim, COLOUR_LABELS]: the directions in which embeddings state colours. */
  readonly #directions: tf.Tensor2D | undefined;

  /** Takes ownership of the network. */
  constructor(
    network: TextNetwork,
    options: Partial<JointLossOptions> = {},
    { optimiser = 'rmsprop', directions }: JointEmbeddingOptions = {},
  ) {
    const { symmetric = true, margin = 1, contrast = 0, reading = 0, loudness = 1 } = options;
    this.network = network;
    this.#loss = { symmetric, margin, contrast, reading, loudness };
    const told = {
      symmetric,
      margin,
      // settings that are not used are left out, so that older runs can continue
      ...(contrast > 0 && { contrast }),
      ...(reading > 0 && { reading, loudness }),
      ...(optimiser !== 'rmsprop' && { optimiser }),
    };
    this.config = { kind: network.kind, network: network.config, ...told };
    const { dim, variables, fixed = [] } = network;
    if (reading > 0) {
      assert(directions?.length === dim * COLOUR_LABELS, 'reading needs a direction for each label');
      this.#directions = tf.tidy(() => tf.tensor2d(directions, [dim, COLOUR_LABELS]));
    }
    const trained = Object.fromEntries(Object.entries(variables).filter(([name]) => !fixed.includes(name)));
    this.#optimiser = optimiser === 'adam' ? new Adam(trained) : new RmsProp(trained);
  }

  /**
   * Reports `loss/joint`; with a teacher also `loss/teacher`, with edited captions `loss/contrast`, with a weight for reading `loss/reading`; and as `score/accuracy`
   * the share of images whose own caption scores highest in the batch.
   */
  async step(batch: JointBatch, { learningRate, exchange }: TrainStepOptions): Promise<StepScalars> {
    const { dim } = this.network;
    const { shape } = batch.features;
    if (shape[1] !== dim) {
      throw new ConfigError(`The image features have ${shape[1]} numbers each, the network gives ${dim}.`, {
        hint: 'Use the features that the encoder was made for, or another embedding length.',
      });
    }
    const report: StepReport = {};
    try {
      const own = tf.tidy(() => this.#gradients(batch, report));
      const gradients = exchange ? await exchangeGradients(own, this.#optimiser.variables, exchange) : own;
      this.#optimiser.apply(gradients, learningRate);
      if (this.#directions) this.network.keepTo?.(this.#directions);
      tf.dispose(gradients);
      return await readStepReport(report);
    } finally {
      tf.dispose(report);
    }
  }

  /** The gradients of the sum of the losses, by `variable.name`. The report of a step goes into `report`. */
  #gradients({ features, captions, taught, edited, read = [] }: JointBatch, report: StepReport): tf.NamedTensorMap {
    const [n, dim] = features.shape;
    const raw = tf.tensor2d(features.data, [n, dim]);
    const images = this.network.normalise === 'none' ? raw : normaliseRows(raw);
    const scoresOf = (embeddings: tf.Tensor2D) =>
      tf.matMul<tf.Tensor2D>(images, meanEmbeddings(embeddings, n), false, true);
    const target = taught && scoresOf(tf.tensor2d(taught.data, [...taught.shape]));
    const { contrast: contrastWeight, reading: readingWeight, loudness, margin } = this.#loss;
    const contrasted = contrastWeight > 0 && edited !== undefined && edited.texts.length > 0 ? edited : undefined;
    const directions = this.#directions;
    const reported = (name: string, value: tf.Scalar) => {
      report[name] = tf.keep(value);
      return value;
    };
    const { grads } = tf.variableGrads(() => {
      const texts = [...captions, ...(contrasted?.texts ?? []), ...(directions ? read : [])];
      const embeddings = this.network.embed(texts);
      const scores = scoresOf(texts.length > captions.length ? tf.slice(embeddings, 0, captions.length) : embeddings);
      let loss = reported('loss/joint', jointLoss(scores, this.#loss));
      if (target) loss = tf.add(loss, reported('loss/teacher', distillationLoss(scores, target)));
      if (contrasted) {
        const contrast = reported('loss/contrast', this.#contrast(images, embeddings, captions.length, contrasted.of));
        loss = tf.add(loss, tf.mul(contrast, contrastWeight));
      }
      if (directions) {
        const said = colourLabels(texts);
        const reading = reported('loss/reading', readingLoss(embeddings, directions, said, loudness * margin));
        loss = tf.add(loss, tf.mul(reading, readingWeight));
      }
      reported('score/accuracy', matchAccuracy(scores));
      return loss;
    }, Object.values(this.#optimiser.variables));
    return grads;
  }

  /** `embeddings` holds those of the captions first, then those of their edits. */
  #contrast(images: tf.Tensor2D, embeddings: tf.Tensor2D, captions: number, of: readonly number[]) {
    const each = captions / images.shape[0];
    const own = tf.slice(embeddings, 0, captions);
    const picked = (rows: tf.Tensor2D, places: readonly number[]) =>
      tf.matMul<tf.Tensor2D>(tf.oneHot(tf.tensor1d([...places], 'int32'), rows.shape[0]), rows);
    const ofImages = of.map((caption) => Math.floor(caption / each));
    const texts = {
      images: picked(images, ofImages),
      captions: picked(own, of),
      edits: tf.slice(embeddings, captions, of.length),
      mean: tf.mean<tf.Tensor2D>(own, 0, true),
    };
    return contrastLoss(texts, this.#loss.margin);
  }

  async state(): Promise<StateDict> {
    const metadata = { format: 't2i/joint-embedding', config: JSON.stringify(this.config) };
    return { tensors: await readTrainingState(this.#trainingState()), metadata };
  }

  async load({ tensors }: StateDict): Promise<void> {
    writeTrainingState(this.#trainingState(), tensors);
  }

  /** The encoder in its current state. `settings` describes its training, for people. */
  async encoder(settings: JsonValue): Promise<SavableEncoder> {
    return trainedEncoder(await this.state(), settings);
  }

  /** Frees the network and the optimiser. */
  dispose(): void {
    this.#optimiser.dispose();
    this.#directions?.dispose();
    this.network.dispose();
  }

  #trainingState(): TrainingState {
    const named = Object.entries(this.network.variables).map(([name, variable]) => [WEIGHTS + name, variable]);
    return { variables: Object.fromEntries(named), optimisers: [this.#optimiser] };
  }
}

/**
 * The encoder of a `JointEmbedding` at the time when its `state` was taken. Needs no backend.
 * @param settings a description of its training, for people
 * @throws CheckpointError when the state is not that of a joint embedding
 */
export function trainedEncoder(state: StateDict, settings: JsonValue): SavableEncoder {
  const { kind, network } = (parseMetadata(state, 'config') ?? {}) as { kind?: unknown; network?: unknown };
  const weights = Object.fromEntries(
    Object.entries(state.tensors).flatMap(([name, tensor]) =>
      name.startsWith(WEIGHTS) ? [[name.slice(WEIGHTS.length), tensor]] : [],
    ),
  );
  switch (kind) {
    case CharCnnRnn.kind:
      return CharCnnRnn.fromWeights(network as CharCnnRnnConfig, weights, settings);
    case LinearWords.kind:
      return LinearWords.fromWeights((network as { vocabulary: string[] }).vocabulary, weights, settings);
    case WordCnn.kind: {
      const { network: config, vocabulary } = network as { network: WordCnnConfig; vocabulary: string[] };
      return WordCnn.fromWeights(vocabulary, config, weights, settings);
    }
    default:
      throw new CheckpointError(`The checkpoint is of no kind of text encoder that is known, but "${kind}".`);
  }
}

/** [images, dim]: the mean of the embeddings of each image, which are consecutive rows. */
function meanEmbeddings(embeddings: tf.Tensor2D, images: number): tf.Tensor2D {
  const [rows, dim] = embeddings.shape;
  if (rows === images) return embeddings;
  assert(rows % images === 0, `${rows} captions are not as many of each of ${images} images`);
  return tf.mean<tf.Tensor2D>(tf.reshape(embeddings, [images, rows / images, dim]), 1);
}
