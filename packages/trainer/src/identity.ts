/** The settings that must not change when a run is resumed. */

import type { BatchSource, JsonValue, Trainable } from '@t2i/core';
import { CheckpointError } from '@t2i/core';
import { z } from 'zod';
import type { TrainerConfig } from './config.ts';

/** Limits and intervals may change between sessions of a run; these settings of the trainer may not. */
export const FIXED_SETTINGS = [
  'learningRate',
  'learningRateDecay',
  'decayEvery',
  'decayAt',
  'seed',
  'logEvery',
] as const;

export const runIdentitySchema = z.strictObject({
  model: z.json(),
  batches: z.strictObject({ batchSize: z.int(), batchesPerEpoch: z.int() }),
  trainer: z.strictObject({
    learningRate: z.number(),
    learningRateDecay: z.number(),
    decayEvery: z.number(),
    decayAt: z.enum(['start', 'end']).default('start'), // older runs lack it
    seed: z.number(),
    logEvery: z.number(),
  }),
});
/** The settings that identify a run. */
export type RunIdentity = z.output<typeof runIdentitySchema>;

/** The identity of a training run with these settings, as plain JSON. */
export function identityOf(
  model: Pick<Trainable<never>, 'config'>,
  { batchSize, batchesPerEpoch }: Pick<BatchSource, 'batchSize' | 'batchesPerEpoch'>,
  config: TrainerConfig,
): RunIdentity {
  const trainer = Object.fromEntries(FIXED_SETTINGS.map((name) => [name, config[name]]));
  const identity = { model: model.config, batches: { batchSize, batchesPerEpoch }, trainer };
  return runIdentitySchema.parse(JSON.parse(JSON.stringify(identity)));
}

/** A saved identity, completed with newer settings of the model. */
export function inThisVersion(saved: RunIdentity, model: Pick<Trainable<never>, 'completeConfig'>): RunIdentity {
  return runIdentitySchema.parse({ ...saved, model: model.completeConfig?.(saved.model) ?? saved.model });
}

/** @throws CheckpointError that names the first different setting and both of its values */
export function assertSameRun(path: string, saved: RunIdentity, current: RunIdentity): void {
  const [difference] = settingDifferences(saved, current);
  if (difference === undefined) return;
  const { name, before, now } = difference;
  throw new CheckpointError(
    `${path} belongs to another configuration: ${name} is ${showSetting(before)} there and ${showSetting(now)} here.`,
    { hint: 'Resume with the configuration in its run.json, or start a new run in another directory.' },
  );
}

/** A setting that differs between two configurations. */
export interface SettingDifference {
  /** The full path: `trainer.learningRate`. */
  readonly name: string;
  /** Undefined if it is missing. */
  readonly before: JsonValue | undefined;
  readonly now: JsonValue | undefined;
}

/** Every setting that differs. For alternatives of different `kind` only the `kind`, because their other settings differ anyway. */
export function settingDifferences(
  before: JsonValue | undefined,
  now: JsonValue | undefined,
  name = '',
): SettingDifference[] {
  if (!isContainer(before) || !isContainer(now)) return before === now ? [] : [{ name, before, now }];
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
  const compared = keys.has('kind') && before.kind !== now.kind ? ['kind'] : [...keys];
  return compared.flatMap((key) => settingDifferences(before[key], now[key], name === '' ? key : `${name}.${key}`));
}

/** Arrays count as objects by index. */
function isContainer(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null;
}

/** A setting in readable form. */
export const showSetting = (value: JsonValue | undefined): string =>
  value === undefined ? 'missing' : JSON.stringify(value);
