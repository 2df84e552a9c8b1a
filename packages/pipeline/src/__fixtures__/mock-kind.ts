/** A kind of model of one weight: what a new kind adds to each of the two tables. */

import type { StateDict } from '@t2i/core';
import { MockModel } from '@t2i/test-utils';
import { z } from 'zod';
import { loaded } from '../loaded.ts';
import type { CommonSettings, ModelKind } from '../model-kind.ts';

const schema = z.strictObject({
  kind: z.literal('mock'),
  imageSize: z.literal(32).default(32),
  noiseDim: z.literal(4).default(4),
});

/** For `model-kinds.ts`. */
export const mockKind: ModelKind<CommonSettings, typeof schema> = {
  schema,
  presets: { 'one-weight': {} },
  objective: () => 'mock',
  create: ({ imageSize, embeddingDim }) => new MockModel({ imageSize, embeddingDim }),
  open: ({ imageSize, embeddingDim }, state) => loaded(new MockModel({ imageSize, embeddingDim }), state),
  openUnaveraged: () => undefined,
  publishable: ({ kind, ...config }, { tensors }) => ({ kind: kind as 'gan-cls', config, tensors, averaged: false }),
  styleEncoder: () => ({ filters: 4, residual: false, leakyAfterThird: true }),
};

/** For `generator-kinds.ts` of `@t2i/published-model`. */
export const mockGeneratorKind = {
  resolveConfig: ({ imageSize, noiseDim, embeddingDim }: Record<string, number>) => ({
    imageSize,
    noiseDim,
    embeddingDim,
  }),
  fromWeights({ imageSize, embeddingDim }: Record<string, number>, tensors: StateDict['tensors']) {
    const model = new MockModel({ imageSize, embeddingDim });
    model.weight = tensors.weight!.data[0]!;
    return model;
  },
};
