/** The flags of `t2i train` as a run configuration. Order: defaults < preset < file < flags. */

import { readFile } from 'node:fs/promises';
import { ConfigError, errorMessage } from '@t2i/core';
import { fullPresetSettings, presetSettings, type RunConfig } from '@t2i/pipeline';
import { type BackendFlag, said } from './flags.ts';

export interface TrainFlags {
  run?: string;
  resume?: string;
  data?: string;
  config?: string;
  preset?: string;
  objective?: string;
  mismatch?: string;
  encoder?: string;
  epochs?: number;
  batchSize?: number;
  learningRate?: number;
  captionsPerImage?: number;
  numCaptions?: number;
  editedShare?: number;
  emaHalfLife?: number;
  seed?: number;
  preview?: string[];
  maxSteps?: number;
  maxMinutes?: number;
  dryRun: boolean;
  backend: BackendFlag;
}

type Section = Readonly<Record<string, unknown>>;

/** What `parseRunConfig` of the pipeline takes; only what was said, so that its defaults fill the rest. */
export function runConfigInput(flags: Partial<TrainFlags>, file: Section): Section {
  if (flags.data === undefined && file.data === undefined) {
    throw new ConfigError('There is nothing to train on.', {
      hint: 'Give --data toy-flowers, or a prepared directory.',
    });
  }
  return askedSettings(flags, file, flags.preset === undefined ? {} : presetSettings(flags.preset));
}

/** What is asked of a run that is continued. A preset asks for all that any preset decides. */
export function continuedConfigInput(flags: Partial<TrainFlags>, file: Section): Section {
  const { encoder, ...rest } = file;
  const said = isAutomatic(encoder) ? rest : file; // it stood for the one that the run has now
  if (flags.preset === undefined) return askedSettings(flags, said, {});
  return askedSettings(flags, said, fullPresetSettings(flags.preset));
}

const isAutomatic = (encoder: unknown) => (encoder as Section | undefined)?.kind === 'automatic';

function askedSettings(flags: Partial<TrainFlags>, file: Section, preset: Section): Section {
  const merge = (name: string, below: Section, above: Section) => ({
    ...below,
    ...(file[name] as Section),
    ...said(above),
  });
  const { objective, mismatch, emaHalfLife, captionsPerImage, numCaptions, editedShare, batchSize } = flags;
  const { epochs, learningRate, maxSteps, maxMinutes } = flags;
  return {
    ...file,
    ...said({
      seed: flags.seed,
      data: dataSection(flags.data),
      encoder: encoderSection(flags.encoder),
    }),
    model: merge('model', preset, { objective, mismatch, emaHalfLife }),
    batches: merge('batches', {}, { captionsPerImage, numCaptions, editedShare, batchSize }),
    trainer: merge('trainer', {}, { epochs, learningRate, maxSteps, maxMinutes }),
    preview: merge('preview', {}, { captions: flags.preview }),
  };
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
export function dataSection(data: string | undefined) {
  if (data === undefined) return undefined;
  return data === 'toy-flowers' ? ({ kind: data } as const) : ({ kind: 'prepared', directory: data } as const);
}

/** The encoder that `--encoder` names: one by its name, otherwise a directory. */
export function encoderSection(encoder: string | undefined): RunConfig['encoder'] | undefined {
  switch (encoder) {
    case undefined:
      return undefined;
    case 'bag-of-words':
      return { kind: 'bag-of-words', maxWords: 1024 };
    case 'oxford-102':
      return { kind: 'pretrained', name: 'oxford-102' };
    default:
      return { kind: 'saved', directory: encoder };
  }
}
