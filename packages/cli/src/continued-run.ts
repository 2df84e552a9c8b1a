/** What flags may change when a run is resumed: limits, intervals and moved directories. Every other change is refused by name, never ignored. */

import { resolve } from 'node:path';
import { ConfigError, type JsonValue } from '@t2i/core';
import { FIXED_SETTINGS, type SettingDifference, settingDifferences, showSetting } from '@t2i/trainer';
import type { Output } from './output.ts';
import { merged, type Section } from './settings/merged.ts';

export interface ContinuedRun<Config> {
  /** The configuration that the run was started with. */
  readonly recorded: Config;
  /** What is asked for now, in the same sections. */
  readonly asked: Section;
  readonly parse: (input: unknown) => Config;
  /** Names the flag that asks for a setting. */
  readonly nameOf: (setting: string) => string;
  /** Settings that are directories or files; their contents are checked when they are opened. */
  readonly places?: readonly string[];
}

/** Limits belong to a session, not to the run. */
const LIMITS = ['trainer.maxSteps', 'trainer.maxMinutes'];

/**
 * The configuration that the run continues with; prints what differs from before.
 * @throws ConfigError that names every setting that a run cannot change, or that is unknown or out of range
 */
export function continuedConfig<Config extends { readonly trainer: object }>(
  { recorded, asked, parse, nameOf, places = [] }: ContinuedRun<Config>,
  output: Output,
): Config {
  const before = { ...recorded, trainer: { ...recorded.trainer, maxSteps: 0, maxMinutes: 0 } };
  const config = parse(merged(before, asked));
  const differences = settingDifferences(asJson(before), asJson(config)).filter((found) => !isSameDirectory(found));
  const mayChange = ({ name, before: was }: SettingDifference) =>
    isFree(name) || (places.includes(name) && was !== undefined);
  const refused = differences.filter((found) => !mayChange(found));
  if (refused.length > 0) throw cannotChange(refused, nameOf);
  const changed = differences.filter(({ name }) => !LIMITS.includes(name));
  if (changed.length > 0) {
    output.info(
      `Changed settings: ${changed.map(({ name, before: was, now }) => `${name} is ${showSetting(now)}, was ${showSetting(was)}`).join('; ')}`,
    );
  }
  return config;
}

function isFree(setting: string): boolean {
  const [section, name] = setting.split('.');
  return section === 'trainer' && !FIXED_SETTINGS.some((fixed) => fixed === name);
}

/** Two ways to write the same directory. */
function isSameDirectory({ name, before, now }: SettingDifference): boolean {
  return (
    /(^|\.)directory$/.test(name) &&
    typeof before === 'string' &&
    typeof now === 'string' &&
    resolve(before) === resolve(now)
  );
}

function cannotChange(refused: readonly SettingDifference[], nameOf: (setting: string) => string): ConfigError {
  const list = refused.map(({ name, before, now }) => {
    const asked = nameOf(name);
    return `\n  ${asked}: ${asked.endsWith(name) ? '' : `${name} `}was ${showSetting(before)}, not ${showSetting(now)}`;
  });
  return new ConfigError(`A resumed run keeps its settings:${list.join('')}`, {
    hint: 'Leave these flags out, or start a new run with --run.',
  });
}

const asJson = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue;
