/**
 * The deep structured joint embedding loss (Reed et al. 2016, arXiv 1605.05395, equations 5–7; `train_sje_hybrid.lua:117-155`):
 * every matching pair should score higher, by a margin, than the same image or caption with one of another class.
 */

import { rectify } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import { normaliseRows } from '../normalise-rows.ts';

export interface JointLossOptions {
  /** Also compare every caption with the images of others (DS-SJE). Without it, only every image with the captions of others (DA-SJE). */
  readonly symmetric: boolean;
  readonly margin: number;
  /** Weight of `contrastLoss`, for batches with edited captions; 0: none, as in the paper. */
  readonly contrast: number;
  /** Weight of `readingLoss`, the loss of reading the colour of each part from embeddings; 0: none, as in the paper. Above 0 it needs directions. */
  readonly reading: number;
  /** The amplitude at which colours are stated in an embedding, in margins. */
  readonly loudness: number;
}

/**
 * 1/N² · Σᵢ Σⱼ≠ᵢ max(0, margin + sᵢⱼ − sᵢᵢ), and for the symmetric loss also of sⱼᵢ.
 * @param scores s [N, N]: row i is image i, column j caption j; all N classes differ
 */
export function jointLoss(
  scores: tf.Tensor2D,
  { symmetric, margin }: Pick<JointLossOptions, 'symmetric' | 'margin'>,
): tf.Scalar {
  const [n] = scores.shape;
  const own = tf.eye(n);
  const others = tf.sub(1, own);
  const right = tf.sum(tf.mul(scores, own), 1, true); // [N, 1]
  const violations = (rights: tf.Tensor) =>
    tf.sum(tf.mul(rectify(tf.add(tf.sub(scores, rights), margin), 'relu'), others));
  const images = violations(right);
  const total = symmetric ? tf.add(images, violations(tf.reshape(right, [1, n]))) : images;
  return tf.mul<tf.Scalar>(total, 1 / n ** 2);
}

/** Cosine, of differences from the batch's mean, above which a caption and its edit count as too near. */
const TOO_NEAR = 0.5;

/**
 * Separates a caption from its edit, which says something else of the same flower: the photo's score with the edit should be lower by the margin,
 * and the two embeddings should point in different directions from the mean of the batch. The mean over edited captions of
 *
 *     max(0, margin + ⟨v, t′⟩ − ⟨v, t⟩) + margin · max(0, cos(t − t̄, t′ − t̄) − ½)
 *
 * @param images v [n, dim], of each edited caption; `captions` t and `edits` t′ likewise
 * @param mean t̄ [1, dim]
 */
export function contrastLoss(
  { images, captions, edits, mean }: Readonly<Record<'images' | 'captions' | 'edits' | 'mean', tf.Tensor2D>>,
  margin: number,
): tf.Scalar {
  const score = (texts: tf.Tensor2D) => tf.sum(tf.mul(images, texts), 1, true);
  const lead = rectify(tf.add(tf.sub(score(edits), score(captions)), margin), 'relu');
  const direction = (texts: tf.Tensor2D) => normaliseRows(tf.sub<tf.Tensor2D>(texts, mean));
  const cosine = tf.sum(tf.mul(direction(captions), direction(edits)), 1, true);
  const nearness = tf.mul(rectify(tf.sub(cosine, TOO_NEAR), 'relu'), margin);
  return tf.mean<tf.Scalar>(tf.add(lead, nearness));
}

/**
 * The error of the labels read from embeddings, each label in its own direction: the sum over labels and texts of
 *
 *     weight · (⟨t, r⟩ / amplitude − y)²
 *
 * @param embeddings t [n, dim]
 * @param directions their columns r [dim, labels]
 * @param said `labels` y [n, labels]: 1 for what a text says, 0 for all else; `weights` [labels]
 */
export function readingLoss(
  embeddings: tf.Tensor2D,
  directions: tf.Tensor2D,
  { labels, weights }: { readonly labels: tf.Tensor2D; readonly weights: tf.Tensor1D },
  amplitude: number,
): tf.Scalar {
  const read = tf.div(tf.matMul(embeddings, directions), amplitude);
  return tf.sum<tf.Scalar>(tf.mul(tf.square(tf.sub(read, labels)), weights));
}

/**
 * The distance of scores from a teacher's (after Hinton et al. 2015, arXiv 1503.02531, section 2.1, with products for logits): Huber's loss of the difference
 * in standard deviations of the teacher's. Squared errors fail: the first steps of RMSProp throw scores far off, and the large gradients there would keep
 * its mean of squares high for thousands of steps.
 * @param scores of images (rows) with captions (columns), of the network and of the teacher
 */
export function distillationLoss(scores: tf.Tensor2D, target: tf.Tensor2D): tf.Scalar {
  const deviation = tf.maximum(tf.sqrt(tf.moments(target).variance), 1e-6); // a teacher may give the same score to all
  return tf.losses.huberLoss(tf.div(target, deviation), tf.div(scores, deviation)) as tf.Scalar;
}

/** The share of images whose own caption scores highest. */
export function matchAccuracy(scores: tf.Tensor2D): tf.Scalar {
  const [n] = scores.shape;
  return tf.mean(tf.cast(tf.equal(tf.argMax(scores, 1), tf.range(0, n, 1, 'int32')), 'float32'));
}
