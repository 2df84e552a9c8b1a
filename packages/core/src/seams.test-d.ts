/** Tests of the types that other packages and users build on. The type check runs them: a wrong line does not compile. */

import { describe, expectTypeOf, it } from 'vitest';
import {
  type BatchSource,
  type CaptionEncoder,
  CheckpointError,
  type Communicator,
  type EmbeddingBatch,
  type ImageBatch,
  type JsonValue,
  singleProcess,
  type TextImageDataset,
  type TextToImageModel,
  type Trainable,
  type TrainableModel,
  type TrainBatch,
  type TrainStepOptions,
} from './index.ts';

describe('TextToImageModel', () => {
  const model = {
    specificationVersion: 'v1',
    imageSize: 4,
    noiseDim: 1,
    embeddingDim: 2,
    maxImagesPerCall: 8,
    async generate({
      embeddings: { shape },
    }: {
      embeddings: EmbeddingBatch;
      noise: Float32Array;
    }): Promise<ImageBatch> {
      return { data: new Float32Array(shape[0] * 48), shape: [shape[0], 4, 4, 3] };
    },
    dispose() {},
  } as const;

  it('is any object with its members', () => {
    expectTypeOf(model).toExtend<TextToImageModel>();
    expectTypeOf<Omit<typeof model, 'noiseDim'>>().not.toExtend<TextToImageModel>();
    expectTypeOf<
      { specificationVersion: 'v2' } & Omit<typeof model, 'specificationVersion'>
    >().not.toExtend<TextToImageModel>();
  });

  it('gives images of three channels', () => {
    expectTypeOf<Awaited<ReturnType<TextToImageModel['generate']>>>().toEqualTypeOf<ImageBatch>();
    expectTypeOf<readonly [number, number, number, 3]>().toExtend<ImageBatch['shape']>();
    expectTypeOf<readonly [number, number, number, 4]>().not.toExtend<ImageBatch['shape']>();
    expectTypeOf<number[]>().not.toExtend<ImageBatch['data']>();
  });
});

describe('TrainableModel', () => {
  it('is a TextToImageModel that learns from a TrainBatch', () => {
    expectTypeOf<TrainableModel>().toExtend<TextToImageModel>();
    expectTypeOf<TrainableModel>().toExtend<Trainable<TrainBatch>>();
    expectTypeOf<TextToImageModel & Trainable<TrainBatch>>().not.toExtend<TrainableModel>(); // it also states its mismatch
    expectTypeOf<TrainableModel['step']>().parameter(0).toEqualTypeOf<TrainBatch>();
  });

  it('may get a batch without mismatching partners', () => {
    expectTypeOf<{ images: ImageBatch; embeddings: EmbeddingBatch }>().toExtend<TrainBatch>();
  });
});

describe('CaptionEncoder', () => {
  it('needs an id, a length and encode; everything else is optional', () => {
    expectTypeOf<Pick<CaptionEncoder, 'id' | 'dim' | 'encode'>>().toExtend<CaptionEncoder>();
    expectTypeOf<Pick<CaptionEncoder, 'dim' | 'encode'>>().not.toExtend<CaptionEncoder>();
    expectTypeOf<(captions: readonly string[]) => Promise<EmbeddingBatch>>().toExtend<CaptionEncoder['encode']>();
  });
});

describe('TextImageDataset and BatchSource', () => {
  it('have three splits', () => {
    expectTypeOf<keyof TextImageDataset['splits']>().toEqualTypeOf<'train' | 'val' | 'test'>();
  });

  it('give batches for a text-to-image model unless another kind is named', () => {
    expectTypeOf<Awaited<ReturnType<BatchSource['next']>>>().toEqualTypeOf<TrainBatch>();
    expectTypeOf<Awaited<ReturnType<BatchSource<string>['next']>>>().toEqualTypeOf<string>();
    expectTypeOf<ReturnType<BatchSource['state']>>().toEqualTypeOf<JsonValue>();
  });
});

describe('Communicator', () => {
  it('gives a mean that a training step can exchange its gradients with', () => {
    expectTypeOf<Communicator['allReduceMean']>().toExtend<NonNullable<TrainStepOptions['exchange']>>();
    expectTypeOf(singleProcess).toEqualTypeOf<Communicator>();
  });
});

describe('errors', () => {
  it('are narrowed to their kind by isInstance', () => {
    const error: unknown = undefined;
    if (CheckpointError.isInstance(error)) expectTypeOf(error).toEqualTypeOf<CheckpointError>();
  });
});
