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
  exchangeGradients,
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
import { contrastLoss, distillationLoss, type JointLossOptions, jointLoss, matchAccuracy } from './loss.ts';
import type { TextNetwork } from './text-network.ts';

/** One image and a caption or more of it from each of n distinct classes. */
export interface JointBatch {
  /** Image features [n, dim]. */
  readonly features: EmbeddingBatch;
  /** As many of each image, image by image; their embeddings are averaged. */
  readonly captions: readonly string[];
  /** Embeddings of the captions by a teacher [captions, dim]: the network then learns its scores too. */
  readonly taught?: EmbeddingBatch;
  /** Of each caption, itself with something else said, or itself where it says nothing that can be changed: told apart from it by `contrast`. */
  readonly edited?: readonly string[];
}

const WEIGHTS = 'text/';

/**
 * A text network that learns to give captions a high product with the features of their images.
 * The features are compared as they are: the image side is fixed, its encoder the identity.
 */
export class JointEmbedding implements Trainable<JointBatch> {
  readonly config: JsonValue;
  readonly stepsAhead = true;
  readonly network: TextNetwork;
  readonly #loss: JointLossOptions;
  readonly #rmsProp: RmsProp;

  /** The network becomes this object's to dispose. */
  constructor(network: TextNetwork, { symmetric = true, margin = 1, contrast = 0 }: Partial<JointLossOptions> = {}) {
    this.network = network;
    this.#loss = { symmetric, margin, contrast };
    const told = { symmetric, margin, ...(contrast > 0 && { contrast }) }; // runs from before contrast go on
    this.config = { kind: network.kind, network: network.config, ...told };
    this.#rmsProp = new RmsProp(network.variables);
  }

  /**
   * Reports `loss/joint`, with a teacher `loss/teacher` and with edited captions `loss/contrast`, which are added to it, and as `score/accuracy` the share of images whose own caption scores
   * highest in the batch.
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
      const gradients = exchange ? await exchangeGradients(own, this.#rmsProp.variables, exchange) : own;
      this.#rmsProp.apply(gradients, learningRate);
      tf.dispose(gradients);
      return await readStepReport(report);
    } finally {
      tf.dispose(report);
    }
  }

  /** The gradients of the sum of the losses, by `variable.name`; what a step reports goes into `report`. */
  #gradients({ features, captions, taught, edited }: JointBatch, report: StepReport): tf.NamedTensorMap {
    const [n, dim] = features.shape;
    const raw = tf.tensor2d(features.data, [n, dim]);
    const images = this.network.normalise === 'none' ? raw : normaliseRows(raw);
    const scoresOf = (embeddings: tf.Tensor2D) =>
      tf.matMul<tf.Tensor2D>(images, meanEmbeddings(embeddings, n), false, true);
    const target = taught && scoresOf(tf.tensor2d(taught.data, [...taught.shape]));
    const contrasted = this.#loss.contrast > 0 ? edited : undefined;
    const reported = (name: string, value: tf.Scalar) => {
      report[name] = tf.keep(value);
      return value;
    };
    const { grads } = tf.variableGrads(() => {
      const embeddings = this.network.embed([...captions, ...(contrasted ?? [])]);
      const scores = scoresOf(contrasted ? tf.slice(embeddings, 0, captions.length) : embeddings);
      let loss = reported('loss/joint', jointLoss(scores, this.#loss));
      if (target) loss = tf.add(loss, reported('loss/teacher', distillationLoss(scores, target)));
      if (contrasted) {
        const contrast = reported('loss/contrast', this.#contrast(images, embeddings, captions, contrasted));
        loss = tf.add(loss, tf.mul(contrast, this.#loss.contrast));
      }
      reported('score/accuracy', matchAccuracy(scores));
      return loss;
    }, Object.values(this.network.variables));
    return grads;
  }

  /** `embeddings` has those of the captions first, then those of the edits. */
  #contrast(images: tf.Tensor2D, embeddings: tf.Tensor2D, captions: readonly string[], edits: readonly string[]) {
    const [n, dim] = images.shape;
    const each = captions.length / n;
    const repeated = each === 1 ? images : tf.reshape(tf.tile(tf.expandDims(images, 1), [1, each, 1]), [n * each, dim]);
    const isEdited = captions.map((caption, i) => [caption === edits[i] ? 0 : 1]);
    const rows = (from: number) => tf.slice(embeddings, from, captions.length);
    const texts = { captions: rows(0), edits: rows(captions.length), isEdited: tf.tensor2d(isEdited) };
    return contrastLoss({ images: repeated as tf.Tensor2D, ...texts }, this.#loss.margin);
  }

  async state(): Promise<StateDict> {
    const metadata = { format: 't2i/joint-embedding', config: JSON.stringify(this.config) };
    return { tensors: await readTrainingState(this.#trainingState()), metadata };
  }

  async load({ tensors }: StateDict): Promise<void> {
    writeTrainingState(this.#trainingState(), tensors);
  }

  /** The encoder as it is now. `settings` says, for people, how it was trained. */
  async encoder(settings: JsonValue): Promise<SavableEncoder> {
    return trainedEncoder(await this.state(), settings);
  }

  /** Frees the network and the optimiser. */
  dispose(): void {
    this.#rmsProp.dispose();
    this.network.dispose();
  }

  #trainingState(): TrainingState {
    const named = Object.entries(this.network.variables).map(([name, variable]) => [WEIGHTS + name, variable]);
    return { variables: Object.fromEntries(named), optimisers: [this.#rmsProp] };
  }
}

/**
 * The encoder that a `JointEmbedding` had become when its `state` was taken. Needs no backend.
 * @param settings how it was trained, for people
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

/** [images, dim]: the mean of the embeddings of each image, which stand in rows one after the other. */
function meanEmbeddings(embeddings: tf.Tensor2D, images: number): tf.Tensor2D {
  const [rows, dim] = embeddings.shape;
  if (rows === images) return embeddings;
  assert(rows % images === 0, `${rows} captions are not as many of each of ${images} images`);
  return tf.mean<tf.Tensor2D>(tf.reshape(embeddings, [images, rows / images, dim]), 1);
}
