/**
 * One iteration of Algorithm 1: D learns from real, mismatching and generated pairs, then G from the updated D.
 * Batch normalisation sees each kind of pair in a pass of its own, as main_cls.lua:320-401 does.
 */

import type { TrainStepOptions } from '@t2i/core';
import { type Adam, RecordedPass, type StepReport } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { augment } from './augmentation.ts';
import type { StepBatch } from './batch.ts';
import { type GanClsConfig, interpolates } from './config.ts';
import type { Discriminator } from './discriminator.ts';
import { gradientPenalty } from './gradient-penalty.ts';
import { interpolateBatch } from './interpolation.ts';
import { discriminatorLoss, generatorLoss } from './losses.ts';

/** The networks and optimisers that a step updates. */
export interface Networks {
  readonly config: GanClsConfig;
  readonly generator: tfl.LayersModel;
  readonly discriminator: Discriminator;
  readonly generatorAdam: Adam;
  readonly discriminatorAdam: Adam;
}

/** The gradients of one network, to be applied before the step continues. */
export interface Update {
  readonly optimiser: Adam;
  /** By `variable.name`; the receiver's to dispose. */
  readonly gradients: tf.NamedTensorMap;
  readonly learningRate: number;
}

/**
 * Yields the update of D, then that of G, and puts losses and mean scores into `report`. Gradients can be exchanged between processes before
 * they are applied: nothing here depends on when the step continues.
 *
 * G's forward pass is recorded once. Then D is updated on x̂ = G(z, h), the gradient of −log D(x̂, h) at x̂ is taken through the new D, and
 * goes on into G's weights. So with `sharedFake` and mismatching texts an iteration costs 3 forward passes of G and 8 of D, counting a
 * backward pass as two.
 */
export function* trainStep(
  owner: Networks,
  batch: StepBatch,
  options: TrainStepOptions,
  report: StepReport,
): Generator<Update, void, void> {
  const { generator, generatorAdam, discriminatorAdam } = owner;
  const { learningRate } = options;
  const rows = batch.embeddings.shape[0];
  const config = configAfter(generatorAdam.step * rows, owner.config);
  const networks = { ...owner, config };
  const updateOfD = (images: () => tf.Tensor): Update => ({
    optimiser: discriminatorAdam,
    gradients: tf.tidy(() => discriminatorGradients(networks, batch, images(), options, report)),
    learningRate: learningRate * config.discriminatorLearningRateFactor,
  });
  if (!config.sharedFake) {
    yield updateOfD(() => forward(generator, [sampleNoise(rows, options, config), batch.embeddings]));
  }
  const embeddings = tf.tidy(() => shownToGenerator(batch, options, config));
  const pass = new RecordedPass(() =>
    forward(generator, [sampleNoise(embeddings.shape[0], options, config), embeddings]),
  );
  try {
    // D is never trained on interpolated captions: no real image belongs to them
    if (config.sharedFake) yield updateOfD(() => tf.slice(pass.output, 0, rows));
    const gradients = tf.tidy(() => {
      const lossOfG = (x: tf.Tensor) => {
        const logits = pairLogits(networks, view(x, options, config), embeddings);
        return generatorLoss(logits, rows, config.interpWeight);
      };
      const { value, grad } = tf.valueAndGrad(lossOfG)(pass.output);
      report['loss/generator'] = tf.keep(value as tf.Scalar);
      return pass.gradients(grad, Object.values(generatorAdam.variables));
    });
    yield { optimiser: generatorAdam, gradients, learningRate };
  } finally {
    pass.dispose();
    embeddings.dispose();
  }
}

/** G's input embeddings: those of the batch, followed by interpolated ones where the objective uses them, [n or 3n/2, embeddingDim]. */
function shownToGenerator(batch: StepBatch, options: TrainStepOptions, config: GanClsConfig): tf.Tensor2D {
  const { embeddings } = batch;
  return interpolates(config)
    ? tf.concat([embeddings, sampleInterpolations(batch, options, config)])
    : (embeddings.clone() as tf.Tensor2D);
}

/** The gradients of D's loss, by `variable.name`. */
function discriminatorGradients(
  networks: Networks,
  { images, embeddings, wrongEmbeddings, wrongImages }: StepBatch,
  fakeImages: tf.Tensor,
  options: TrainStepOptions,
  report: StepReport,
): tf.NamedTensorMap {
  const { config, discriminatorAdam } = networks;
  const { trunk, head } = networks.discriminator;
  const { value, grads } = tf.variableGrads(() => {
    const seen = view(images, options, config);
    const features = forward(trunk, seen);
    const real = forward(head, [features, embeddings]);
    let wrong: tf.Tensor | undefined;
    if (wrongEmbeddings) wrong = forward(head, [features, wrongEmbeddings]);
    if (wrongImages) wrong = pairLogits(networks, view(wrongImages, options, config), embeddings);
    const fake = pairLogits(networks, view(fakeImages, options, config), embeddings);
    for (const [kind, logits] of Object.entries({ real, wrong, fake })) {
      if (logits !== undefined) report[`score/${kind}`] = tf.keep(tf.mean(tf.sigmoid(logits)));
    }
    const loss = discriminatorLoss({ real, wrong, fake }, config);
    if (config.gradientPenalty === 0) return loss;
    const penalty = gradientPenalty((x) => pairLogits(networks, x, embeddings), seen, real);
    report['penalty/squaredSlope'] = tf.keep(penalty.squaredSlope);
    return tf.add<tf.Scalar>(loss, tf.mul(penalty.surrogate, config.gradientPenalty));
  }, Object.values(discriminatorAdam.variables));
  report['loss/discriminator'] = tf.keep(value);
  return grads;
}

/** Images as D sees them. */
function view(images: tf.Tensor, { rng }: TrainStepOptions, { augmentation }: GanClsConfig): tf.Tensor {
  return augmentation.length === 0 ? images : augment(images as tf.Tensor4D, augmentation, rng);
}

/** The configuration after so many images shown: without augmentation until that begins. */
function configAfter(images: number, config: GanClsConfig): GanClsConfig {
  return images < config.augmentationFrom ? { ...config, augmentation: [] } : config;
}

/** Logits [n, 1] of images against embeddings. */
function pairLogits({ discriminator }: Networks, images: tf.Tensor, embeddings: tf.Tensor): tf.Tensor {
  return forward(discriminator.head, [forward(discriminator.trunk, images), embeddings]);
}

function forward(model: tfl.LayersModel, inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return model.apply(inputs, { training: true }) as tf.Tensor;
}

function sampleNoise(rows: number, { rng }: TrainStepOptions, { noiseDim }: GanClsConfig): tf.Tensor2D {
  return tf.tensor2d(rng.normal(rows * noiseDim), [rows, noiseDim]);
}

function sampleInterpolations(batch: StepBatch, { rng }: TrainStepOptions, config: GanClsConfig): tf.Tensor2D {
  const [rows, dim] = batch.embeddings.shape;
  return tf.tensor2d(interpolateBatch(batch.embeddingValues, dim, config, rng), [rows / 2, dim]);
}
