/**
 * One iteration of Algorithm 1: D learns from real, mismatching and generated pairs, then G from the updated D.
 * Batch normalisation sees each kind of pair in a pass of its own, as main_cls.lua:320-401 does.
 */

import type { TrainStepOptions } from '@t2i/core';
import { type Adam, withSuspendedTape } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { augment } from './augmentation.ts';
import type { StepBatch } from './batch.ts';
import { type GanClsConfig, interpolates } from './config.ts';
import type { Discriminator } from './discriminator.ts';
import { gradientPenalty } from './gradient-penalty.ts';
import { interpolateBatch } from './interpolation.ts';
import { discriminatorLoss, generatorLoss } from './losses.ts';

/** What a step changes. */
export interface Networks {
  readonly config: GanClsConfig;
  readonly generator: tfl.LayersModel;
  readonly discriminator: Discriminator;
  readonly generatorAdam: Adam;
  readonly discriminatorAdam: Adam;
}

/** Figures of a step, by name; kept until disposed. */
export type StepReport = Record<string, tf.Scalar>;

/**
 * Updates D, then G, and puts losses and mean scores into `report`. Call it inside `tf.tidy`.
 *
 * G's forward pass is recorded once. While its tape is suspended D is updated on x̂ = G(z, h) and the gradient of
 * −log D(x̂, h) at x̂ is taken through the new D, which then goes on into G's weights. So with
 * `sharedFake` and mismatching texts an iteration costs 3 forward passes of G and 8 of D, counting a backward pass as two.
 */
export function trainStep(owner: Networks, batch: StepBatch, options: TrainStepOptions, report: StepReport): void {
  const { generator, generatorAdam } = owner;
  const { learningRate } = options;
  const rows = batch.embeddings.shape[0];
  const config = configAfter(generatorAdam.step * rows, owner.config);
  const networks = { ...owner, config };
  if (!config.sharedFake) {
    const fake = forward(generator, [drawNoise(rows, options, config), batch.embeddings]);
    updateDiscriminator(networks, batch, fake, options, report);
  }
  const embeddings = interpolates(config)
    ? tf.concat([batch.embeddings, drawInterpolations(batch, options, config)]) // [3n/2, embeddingDim]
    : batch.embeddings;
  const z = drawNoise(embeddings.shape[0], options, config);

  const { grads } = tf.variableGrads(() => {
    const fake = forward(generator, [z, embeddings]); // x̂
    const direction = withSuspendedTape(() => {
      // D is never trained on interpolated sentences: no real image belongs to them
      if (config.sharedFake) updateDiscriminator(networks, batch, tf.slice(fake, 0, rows), options, report);
      const judge = (x: tf.Tensor) => {
        const logits = judgePairs(networks, view(x, options, config), embeddings);
        return generatorLoss(logits, rows, config.interpWeight);
      };
      const { value, grad } = tf.valueAndGrad(judge)(fake);
      report['loss/generator'] = tf.keep(value as tf.Scalar);
      return grad;
    });
    return continueGradient(fake, direction);
  }, Object.values(generatorAdam.variables));
  generatorAdam.apply(grads, learningRate);
}

function updateDiscriminator(
  networks: Networks,
  { images, embeddings, wrongEmbeddings, wrongImages }: StepBatch,
  fakeImages: tf.Tensor,
  options: TrainStepOptions,
  report: StepReport,
): void {
  const { config, discriminatorAdam } = networks;
  const { trunk, head } = networks.discriminator;
  const { value, grads } = tf.variableGrads(() => {
    const seen = view(images, options, config);
    const features = forward(trunk, seen);
    const real = forward(head, [features, embeddings]);
    let wrong: tf.Tensor | undefined;
    if (wrongEmbeddings) wrong = forward(head, [features, wrongEmbeddings]);
    if (wrongImages) wrong = judgePairs(networks, view(wrongImages, options, config), embeddings);
    const fake = judgePairs(networks, view(fakeImages, options, config), embeddings);
    for (const [kind, logits] of Object.entries({ real, wrong, fake })) {
      if (logits !== undefined) report[`score/${kind}`] = tf.keep(tf.mean(tf.sigmoid(logits)));
    }
    const loss = discriminatorLoss({ real, wrong, fake }, config);
    if (config.gradientPenalty === 0) return loss;
    const penalty = gradientPenalty((x) => judgePairs(networks, x, embeddings), seen, real);
    report['penalty/squaredSlope'] = tf.keep(penalty.squaredSlope);
    return tf.add<tf.Scalar>(loss, tf.mul(penalty.surrogate, config.gradientPenalty));
  }, Object.values(discriminatorAdam.variables));
  report['loss/discriminator'] = tf.keep(value);
  discriminatorAdam.apply(grads, options.learningRate * config.discriminatorLearningRateFactor);
}

/** A scalar of no meaning whose gradient at `x` is `direction`: ⟨x, direction⟩ without computing it, and without a batch of ones in its gradient. */
function continueGradient(x: tf.Tensor, direction: tf.Tensor): tf.Scalar {
  const apply = tf.customGrad((...args) => {
    const [, save] = args as [tf.Tensor, tf.GradSaveFunc];
    save([direction]);
    return { value: tf.scalar(0), gradFunc: (_, saved) => saved[0]!.clone() };
  });
  return apply(x) as tf.Scalar;
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
function judgePairs({ discriminator }: Networks, images: tf.Tensor, embeddings: tf.Tensor): tf.Tensor {
  return forward(discriminator.head, [forward(discriminator.trunk, images), embeddings]);
}

function forward(model: tfl.LayersModel, inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return model.apply(inputs, { training: true }) as tf.Tensor;
}

function drawNoise(rows: number, { rng }: TrainStepOptions, { noiseDim }: GanClsConfig): tf.Tensor2D {
  return tf.tensor2d(rng.normal(rows * noiseDim), [rows, noiseDim]);
}

function drawInterpolations(batch: StepBatch, { rng }: TrainStepOptions, config: GanClsConfig): tf.Tensor2D {
  const [rows, dim] = batch.embeddings.shape;
  return tf.tensor2d(interpolateBatch(batch.embeddingValues, dim, config, rng), [rows / 2, dim]);
}
