/** The `model` section of a run's configuration: the settings of one of the kinds of model. */

import { ConfigError } from '@t2i/core';
import { z } from 'zod';
import type { CommonSettings, ModelKind } from './model-kind.ts';
import { MODEL_KINDS } from './model-kinds.ts';

type Schema = (typeof MODEL_KINDS)[keyof typeof MODEL_KINDS]['schema'];

/** One schema for each kind. */
export const MODEL_SCHEMAS = Object.values(MODEL_KINDS).map(({ schema }) => schema) as [Schema, ...Schema[]];

export const modelSettingsSchema = z.discriminatedUnion('kind', MODEL_SCHEMAS, {
  error: ({ code }) => (code === 'invalid_union' ? `Expected ${namesOf(MODEL_KINDS).join(', ')}` : undefined),
});

/** Settings of any kind of model. */
export type ModelSettings = z.output<typeof modelSettingsSchema>;

/** The kind of model that has these settings. */
export function kindOf({ kind }: CommonSettings): ModelKind<ModelSettings, Schema> {
  return MODEL_KINDS[kind as keyof typeof MODEL_KINDS];
}

const PRESETS = new Map(
  Object.entries(MODEL_KINDS).flatMap(([kind, { presets }]) =>
    Object.entries(presets).map(([name, settings]) => [name, { kind, ...settings }] as const),
  ),
);

/** Names of settings that `--preset` takes. */
export const MODEL_PRESETS: readonly string[] = [...PRESETS.keys()];

/**
 * What a preset changes, its kind of model included.
 * @throws ConfigError when there is no such preset
 */
export function presetSettings(name: string): Readonly<Record<string, unknown>> {
  const settings = PRESETS.get(name);
  if (settings !== undefined) return settings;
  throw new ConfigError(`Unknown preset: ${name}.`, { hint: `Use one of ${MODEL_PRESETS.join(', ')}.` });
}

/**
 * A preset with every setting that any preset of its kind changes.
 * @throws ConfigError when there is no such preset
 */
export function fullPresetSettings(name: string): Readonly<Record<string, unknown>> {
  const settings = modelSettingsSchema.parse(presetSettings(name));
  const changed = new Set(['kind', ...Object.values(kindOf(settings).presets).flatMap(Object.keys)]);
  return Object.fromEntries(Object.entries(settings).filter(([setting]) => changed.has(setting)));
}

const namesOf = (kinds: object) => Object.keys(kinds).map((name) => `'${name}'`);
