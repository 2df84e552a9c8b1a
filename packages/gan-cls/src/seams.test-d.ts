/** How the models of this package fit the interfaces of `@t2i/core`. The type check runs these tests. */

import type { EmbeddingBatch, TextToImageModel, Trainable, TrainableModel, TrainBatch } from '@t2i/core';
import { expectTypeOf, it } from 'vitest';
import { GanCls, type GanClsGenerator, presetConfig, type StyleEncoder } from './index.ts';

it('GanCls is a model that learns, GanClsGenerator one that only generates', () => {
  expectTypeOf<GanCls>().toExtend<TrainableModel>();
  expectTypeOf<GanClsGenerator>().toExtend<TextToImageModel>();
  expectTypeOf<GanClsGenerator>().not.toExtend<Trainable<TrainBatch>>();
});

it('StyleEncoder learns from embeddings', () => {
  expectTypeOf<StyleEncoder>().toExtend<Trainable<EmbeddingBatch>>();
  expectTypeOf<StyleEncoder['step']>().parameter(0).toEqualTypeOf<EmbeddingBatch>();
});

it('a preset is named and gives the configuration of a model', () => {
  expectTypeOf(presetConfig('tiny', { embeddingDim: 6 })).toEqualTypeOf<GanCls['config']>();
  expectTypeOf(GanCls).toBeConstructibleWith(presetConfig('tiny', { embeddingDim: 6 }), {} as never);
  // @ts-expect-error there is no such preset
  presetConfig('enormous', { embeddingDim: 6 });
});
