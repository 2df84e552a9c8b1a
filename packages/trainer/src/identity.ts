/** What must be the same for a run to continue: resuming with anything else would be another run. */

import type { BatchSource, JsonValue, Trainable } from '@t2i/core';
import { CheckpointError } from '@t2i/core';
import { z } from 'zod';
import type { TrainerConfig } from './config.ts';

/** Limits and intervals may change between sessions of a run; these may not. */
const FIXED = ['learningRate', 'learningRateDecay', 'decayEvery', 'decayAt', 'seed', 'logEvery'] as const;

export const runIdentitySchema = z.strictObject({
  model: z.json(),
  batches: z.strictObject({ batchSize: z.int(), batchesPerEpoch: z.int() }),
  trainer: z.strictObject({
    learningRate: z.number(),
    learningRateDecay: z.number(),
    decayEvery: z.number(),
    decayAt: z.enum(['start', 'end']).default('start'), // older runs do not say
    seed: z.number(),
    logEvery: z.number(),
  }),
});
/** The settings that make a run this run and no other. */
export type RunIdentity = z.output<typeof runIdentitySchema>;

/** The identity that training with these would have, as plain JSON. */
export function identityOf(
  model: Pick<Trainable<never>, 'config'>,
  { batchSize, batchesPerEpoch }: Pick<BatchSource, 'batchSize' | 'batchesPerEpoch'>,
  config: TrainerConfig,
): RunIdentity {
  const trainer = Object.fromEntries(FIXED.map((name) => [name, config[name]]));
  const identity = { model: model.config, batches: { batchSize, batchesPerEpoch }, trainer };
  return runIdentitySchema.parse(JSON.parse(JSON.stringify(identity)));
}

/** A saved identity with the settings of the model that were added since. */
export function inThisVersion(saved: RunIdentity, model: Pick<Trainable<never>, 'completeConfig'>): RunIdentity {
  return runIdentitySchema.parse({ ...saved, model: model.completeConfig?.(saved.model) ?? saved.model });
}

/** @throws CheckpointError that names the first setting that differs and both its values */
export function assertSameRun(path: string, saved: RunIdentity, current: RunIdentity): void {
  const difference = firstDifference(saved as JsonValue, current as JsonValue, '');
  if (difference === undefined) return;
  throw new CheckpointError(`${path} belongs to another configuration: ${difference}.`, {
    hint: 'Resume with the configuration in its run.json, or start a new run in another folder.',
  });
}

function firstDifference(
  saved: JsonValue | undefined,
  current: JsonValue | undefined,
  path: string,
): string | undefined {
  if (isContainer(saved) && isContainer(current)) {
    for (const key of new Set([...Object.keys(saved), ...Object.keys(current)])) {
      const difference = firstDifference(saved[key], current[key], path === '' ? key : `${path}.${key}`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  if (saved === current) return undefined;
  return `${path} is ${show(saved)} there and ${show(current)} here`;
}

/** Arrays count as objects by index. */
function isContainer(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null;
}

const show = (value: JsonValue | undefined) => (value === undefined ? 'missing' : JSON.stringify(value));
