/** The configuration of a run from the flags of `t2i train`. Order: defaults < preset < file < flags. */

import { readFile } from 'node:fs/promises';
import { ConfigError, errorMessage } from '@t2i/core';
import { fullPresetSettings, MODEL_PRESETS, presetSettings, type RunConfig, runConfigSchema } from '@t2i/pipeline';
import { Option } from 'commander';
import { merged, type Section } from './merged.ts';
import { SettingFlags } from './setting-flags.ts';
import { HEADINGS, TRAINER_FLAGS } from './trainer-flags.ts';

/** Flags that decide more than one setting each, and what values of settings there may be beside them. */
export interface RunFlags extends Section {
  readonly data?: string;
  readonly config?: string;
  readonly preset?: string;
  readonly encoder?: string;
}

export const runSettings = new SettingFlags(runConfigSchema, {
  flags: {
    ...TRAINER_FLAGS,
    'preview.captions': '--preview <caption>',
    'preview.seen': '--preview-seen <n>',
    'preview.unseen': '--preview-unseen <n>',
    'preview.columns': '--preview-columns <n>',
  },
  without: ['data', 'encoder', 'completion'],
  headings: { ...HEADINGS, preview: 'Samples:' },
});

export function configOption(): Option {
  return new Option('--config <file>', 'JSON file with any part of the configuration; flags override it');
}

export function presetOption(): Option {
  return new Option('--preset <name>', 'network sizes (default: reed2016)').choices([...MODEL_PRESETS]);
}

/** The input of `parseRunConfig`: only what was given, so that its defaults fill the rest. */
export function runConfigInput(flags: RunFlags, file: Section): Section {
  if (flags.data === undefined && file.data === undefined) {
    throw new ConfigError('No training data given.', {
      hint: 'Add --data toy-flowers, or --data with a prepared directory.',
    });
  }
  return askedSettings(flags, file, flags.preset === undefined ? {} : presetSettings(flags.preset));
}

/** What is asked of a run that is resumed. A preset asks for every setting that any preset decides. */
export function continuedConfigInput(flags: RunFlags, file: Section): Section {
  const { encoder, ...rest } = file;
  const given = isAutomatic(encoder) ? rest : file; // it stood for the one that the run has now
  return askedSettings(flags, given, flags.preset === undefined ? {} : fullPresetSettings(flags.preset));
}

const isAutomatic = (encoder: unknown) => (encoder as Section | undefined)?.kind === 'automatic';

function askedSettings(flags: RunFlags, file: Section, preset: Section): Section {
  const { data, encoder } = flags;
  const given = {
    ...runSettings.given(flags),
    ...(data !== undefined && { data: dataSection(data) }),
    ...(encoder !== undefined && { encoder: encoderSection(encoder) }),
  };
  return merged(merged({ model: preset }, file), given) as Section;
}

/** The flag that asks for a setting: its own, or one that decides several. */
export function runFlagOf(setting: string, flags: RunFlags): string {
  const own = runSettings.flagOf(setting, flags);
  if (own !== undefined) return own;
  const [section] = setting.split('.');
  if ((section === 'data' || section === 'encoder') && flags[section] !== undefined) return `--${section}`;
  return flags.preset !== undefined && section === 'model' ? `--preset ${flags.preset}` : '--config';
}

/** @throws ConfigError when the file is missing or holds no JSON object */
export async function readRunConfigFile(path: string | undefined): Promise<Section> {
  if (path === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new ConfigError(`Cannot read the configuration ${path}: ${errorMessage(cause)}.`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(`${path} does not hold a JSON object.`);
  }
  return value as Section;
}

/** The data that `--data` names. */
export function dataSection(data: string) {
  return data === 'toy-flowers' ? ({ kind: data } as const) : ({ kind: 'prepared', directory: data } as const);
}

/** The encoder that `--encoder` names: one by its name, otherwise a directory. */
export function encoderSection(encoder: string): RunConfig['encoder'] {
  switch (encoder) {
    case 'bag-of-words':
      return { kind: 'bag-of-words', maxWords: 1024 };
    case 'oxford-102-words':
    case 'oxford-102':
      return { kind: 'pretrained', name: encoder };
    default:
      return { kind: 'saved', directory: encoder };
  }
}
