/** What flags may change of a run that is continued: limits, intervals, and where things lie. All else is refused by name, never ignored. */

import { resolve } from 'node:path';
import { ConfigError, type JsonValue } from '@t2i/core';
import { FIXED_SETTINGS, type SettingDifference, settingDifferences, showSetting } from '@t2i/trainer';
import type { Output } from './output.ts';

type Section = Readonly<Record<string, unknown>>;

export interface ContinuedRun<Config> {
  /** What the run was begun with. */
  readonly recorded: Config;
  /** What was said now, in the same sections. */
  readonly asked: Section;
  readonly parse: (input: unknown) => Config;
  /** The flag, or whatever else, that asks for a setting. */
  readonly nameOf: (setting: string) => string;
  /** Settings that say where something lies, which is checked when it is opened. */
  readonly places?: readonly string[];
}

/** Limits are those of a session, not of the run. */
const LIMITS = ['trainer.maxSteps', 'trainer.maxMinutes'];

/**
 * The configuration that the run continues with; says what of it is another one than before.
 * @throws ConfigError that names every setting that a run cannot change, and those that are unknown or out of range
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
      `Other than before: ${changed.map(({ name, before: was, now }) => `${name} is ${showSetting(now)}, not ${showSetting(was)}`).join('; ')}`,
    );
  }
  return config;
}

/**
 * The flag that asks for a setting, by the name of the setting or of a section above it.
 * @param otherNames settings whose flag has another name
 */
export function flagOf(
  flags: object,
  setting: string,
  otherNames: Readonly<Record<string, string>> = {},
): string | undefined {
  const given = flags as Section;
  const names = setting.split('.').map((part) => otherNames[part] ?? part);
  const name = names.findLast((part) => given[part] !== undefined && given[part] !== false);
  return name === undefined ? undefined : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function isFree(setting: string): boolean {
  const [section, name] = setting.split('.');
  return section === 'trainer' && !FIXED_SETTINGS.some((fixed) => fixed === name);
}

/** Two ways of writing one directory. */
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
  return new ConfigError(`A run goes on with the settings that it was begun with:${list.join('')}`, {
    hint: 'Leave these out, or start a new run with --run.',
  });
}

/** `above` over `below`, section by section; of alternatives with a `kind`, one of another kind replaces all. */
function merged(below: unknown, above: unknown): unknown {
  if (!isSection(below) || !isSection(above)) return above;
  if (above.kind !== undefined && above.kind !== below.kind) return above;
  const names = Object.keys(above);
  return { ...below, ...Object.fromEntries(names.map((name) => [name, merged(below[name], above[name])])) };
}

const isSection = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const asJson = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue;
