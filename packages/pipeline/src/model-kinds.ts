/** The kinds of model that a run can train. No other file of this package names one. */

import { Rng } from '@t2i/core';
import { expectGenerator, GanCls, GanClsGenerator, ganClsConfigSchema, generatorState, PRESETS } from '@t2i/gan-cls';
import { z } from 'zod';
import { loaded } from './loaded.ts';
import type { CommonSettings, ModelKind } from './model-kind.ts';

/** Infers the settings from the schema. */
const define = <Schema extends z.ZodType<CommonSettings>>(
  kind: ModelKind<z.output<Schema>, Schema>,
): ModelKind<z.output<Schema>, Schema> => kind;

export const MODEL_KINDS = {
  'gan-cls': define({
    schema: z.strictObject({
      kind: z.literal('gan-cls').optional().default('gan-cls'), // older runs do not say
      ...ganClsConfigSchema.omit({ embeddingDim: true }).shape,
    }),
    presets: PRESETS,
    objective: ({ objective }) => objective,
    create: ({ kind: _, ...config }, rng) => new GanCls(config, rng),
    async open({ kind: _, ...config }, state) {
      expectGenerator(config, generatorState(state));
      return loaded(new GanCls(config, new Rng(0)), state);
    },
    openUnaveraged(config, state) {
      if (config.emaHalfLife === 0) return undefined;
      return GanClsGenerator.fromWeights(config, generatorState(state, { averaged: false }));
    },
    publishable: ({ kind, ...config }, state) => {
      return { kind, config, tensors: generatorState(state), averaged: config.emaHalfLife > 0 };
    },
    styleEncoder: ({ discriminatorFilters, residual, leakyAfterThird }) => {
      return { filters: discriminatorFilters, residual, leakyAfterThird };
    },
  }),
};
