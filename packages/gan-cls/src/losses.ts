/** The objectives of Algorithm 1 and equation 5, on logits: −log σ(s) and −log(1 − σ(s)) cannot overflow there. */

import * as tf from '@tensorflow/tfjs-core';
import type { GanClsConfig } from './config.ts';

/** D's logits [n, 1] for the three kinds of pairs. */
export interface PairLogits {
  /** s_r: real image, its caption. */
  readonly real: tf.Tensor;
  /** s_w: a mismatching pair of a real image and a real caption; absent where D sees none. */
  readonly wrong?: tf.Tensor | undefined;
  /** s_f: generated image, its caption. */
  readonly fake: tf.Tensor;
}

/** Mean of −log σ(s): the cross-entropy of the label “real”. */
export function costAsReal(logits: tf.Tensor): tf.Scalar {
  return tf.mean(tf.softplus(tf.neg(logits)));
}

/** Mean of −log(1 − σ(s)): the cross-entropy of the label “fake”. */
export function costAsFake(logits: tf.Tensor): tf.Scalar {
  return tf.mean(tf.softplus(logits));
}

/**
 * L_D = −log s_r − w·log(1 − s_w) − (1 − w)·log(1 − s_f), w = ½ in the paper (Algorithm 1, line 10);
 * −log s_r − log(1 − s_f) without mismatching pairs. Label smoothing ε makes the first term −(1 − ε)·log s_r − ε·log(1 − s_r).
 */
export function discriminatorLoss(
  { real, wrong, fake }: PairLogits,
  { clsWeight, labelSmoothing }: Pick<GanClsConfig, 'clsWeight' | 'labelSmoothing'>,
): tf.Scalar {
  const ofReal =
    labelSmoothing === 0
      ? costAsReal(real)
      : tf.add<tf.Scalar>(tf.mul(costAsReal(real), 1 - labelSmoothing), tf.mul(costAsFake(real), labelSmoothing));
  if (wrong === undefined) return tf.add(ofReal, costAsFake(fake));
  const unreal = tf.add(tf.mul(costAsFake(wrong), clsWeight), tf.mul(costAsFake(fake), 1 - clsWeight));
  return tf.add(ofReal, unreal);
}

/**
 * L_G = −log s_f (Algorithm 1, line 12). With interpolated captions in the rows from `captionRows` on (equation 5):
 * Σ wᵢ·(−log sᵢ) / rows, wᵢ = 1 for captions and `interpWeight` for interpolations (main_cls_int.lua:244-247).
 */
export function generatorLoss(logits: tf.Tensor, captionRows: number, interpWeight: number): tf.Scalar {
  const rows = logits.shape[0]!;
  if (rows === captionRows) return costAsReal(logits);
  const captions = costAsReal(tf.slice(logits, 0, captionRows));
  const interpolations = costAsReal(tf.slice(logits, captionRows));
  const weighted = tf.mul(interpolations, interpWeight * (rows - captionRows));
  return tf.div(tf.add(tf.mul(captions, captionRows), weighted), rows);
}
