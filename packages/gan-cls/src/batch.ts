/** A minibatch on the backend, checked against the model. */

import {
  assert,
  assertEmbeddingDim,
  assertShape,
  ConfigError,
  type EmbeddingBatch,
  type ImageBatch,
  type Mismatch,
  type TrainBatch,
} from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';

/** The tensors of a minibatch; `wrongEmbeddings` or `wrongImages` only as the model's mismatch asks for them. */
export interface StepBatch {
  readonly images: tf.Tensor4D;
  readonly embeddings: tf.Tensor2D;
  readonly wrongEmbeddings?: tf.Tensor2D | undefined;
  readonly wrongImages?: tf.Tensor4D | undefined;
  /** The values of `embeddings`, row by row. */
  readonly embeddingValues: Float32Array;
}

/** Sizes that a model expects. */
export interface BatchNeeds {
  readonly imageSize: number;
  readonly embeddingDim: number;
  readonly mismatch: Mismatch;
}

/**
 * Brings a minibatch to the backend.
 * @throws ConfigError when its images do not have the model's size, or it has fewer than two rows
 * @throws EmbeddingDimensionError when its embeddings have another length than the model expects
 */
export function toStepBatch(batch: TrainBatch, needs: BatchNeeds): StepBatch {
  const [rows] = batch.images.shape;
  if (rows < 2) {
    throw new ConfigError(`Batch normalisation needs at least 2 rows; the training batch has ${rows}.`, {
      hint: 'Choose a batch size of at least 2.',
    });
  }
  const { mismatch } = needs;
  assert(
    mismatch !== 'text' || batch.wrongEmbeddings !== undefined,
    "mismatch is 'text': the batch lacks wrongEmbeddings",
  );
  assert(mismatch !== 'image' || batch.wrongImages !== undefined, "mismatch is 'image': the batch lacks wrongImages");
  return {
    images: toImages(batch.images, rows, needs),
    embeddings: toEmbeddings(batch.embeddings, rows, needs),
    wrongEmbeddings: mismatch === 'text' ? toEmbeddings(batch.wrongEmbeddings!, rows, needs) : undefined,
    wrongImages: mismatch === 'image' ? toImages(batch.wrongImages!, rows, needs) : undefined,
    embeddingValues: batch.embeddings.data,
  };
}

/** `toStepBatch` for longer than a `tf.tidy`: the tensors stay until `disposeStepBatch`. */
export function keepStepBatch(batch: TrainBatch, needs: BatchNeeds): StepBatch {
  let kept: StepBatch | undefined;
  tf.tidy(() => {
    kept = toStepBatch(batch, needs);
    for (const tensor of tensorsOf(kept)) tf.keep(tensor);
  });
  return kept!;
}

export function disposeStepBatch(batch: StepBatch): void {
  tf.dispose(tensorsOf(batch));
}

function tensorsOf({ images, embeddings, wrongEmbeddings, wrongImages }: StepBatch): tf.Tensor[] {
  return [images, embeddings, wrongEmbeddings, wrongImages].filter((tensor) => tensor !== undefined);
}

/**
 * Images of any number of rows.
 * @throws ConfigError when they do not have the model's size
 */
export function toImages(
  { data, shape }: ImageBatch,
  rows: number,
  { imageSize }: Pick<BatchNeeds, 'imageSize'>,
): tf.Tensor4D {
  const [n, height, width, channels] = shape;
  assertShape('image batch', data, shape);
  assert(n === rows && channels === 3, `expected ${rows} RGB images, got [${shape}]`);
  if (height !== imageSize || width !== imageSize) {
    throw new ConfigError(`Images are ${width}×${height}; the model expects ${imageSize}×${imageSize}.`, {
      hint: `Crop the images to ${imageSize}, or configure the model with another imageSize.`,
    });
  }
  return tf.tensor4d(data, [n, height, width, 3]);
}

/** @throws EmbeddingDimensionError when the embeddings have another length than the model expects */
function toEmbeddings(
  { data, shape }: EmbeddingBatch,
  rows: number,
  { embeddingDim }: Pick<BatchNeeds, 'embeddingDim'>,
): tf.Tensor2D {
  assertShape('embedding batch', data, shape);
  assert(shape[0] === rows, `expected ${rows} embeddings, got ${shape[0]}`);
  assertEmbeddingDim(shape[1], { embeddingDim });
  return tf.tensor2d(data, [rows, embeddingDim]);
}
