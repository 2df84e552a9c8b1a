/** Type tests against the interfaces of `@t2i/core`. The type check runs them. */

import type { CaptionEncoder, Trainable } from '@t2i/core';
import { expectTypeOf, it } from 'vitest';
import type { BagOfWords, CharCnnRnn, CompletedEncoder, LinearWords, PrecomputedEncoder, WordCnn } from './index.ts';
import type { SavableEncoder } from './savable-encoder.ts';
import type { ClassBatches, JointBatch, JointEmbedding } from './training.ts';

it('every encoder is a CaptionEncoder', () => {
  expectTypeOf<BagOfWords | CharCnnRnn | LinearWords | WordCnn>().toExtend<CaptionEncoder & SavableEncoder>();
  expectTypeOf<CompletedEncoder | PrecomputedEncoder>().toExtend<CaptionEncoder>();
});

it('JointEmbedding learns from the batches of ClassBatches', () => {
  expectTypeOf<JointEmbedding>().toExtend<Trainable<JointBatch>>();
  expectTypeOf<Awaited<ReturnType<ClassBatches['next']>>>().toEqualTypeOf<JointBatch>();
});
