/** What a bundle trains: a new configuration, or that of a run. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@t2i/core';
import {
  chooseEncoder,
  encoderDirectory,
  openData,
  parseRunConfig,
  type RunConfig,
  readRecord,
  runConfigSchema,
} from '@t2i/pipeline';
import type { Output } from './output.ts';
import { dataSection, type RunFlags, readRunConfigFile, runConfigInput } from './settings/run-settings.ts';
import { SettingFlags } from './settings/setting-flags.ts';

export interface BundledRun extends RunFlags {
  readonly run?: string;
}

/** The settings that `t2i bundle` has flags for. */
export const bundleSettings = new SettingFlags(runConfigSchema, { only: ['model.objective'] });

/** The configuration with the encoder that training will use, and the encoder's directory if it has one of its own. */
export async function bundledRun(
  flags: BundledRun,
  output: Output,
): Promise<{ config: RunConfig; encoder: string | undefined }> {
  const { run } = flags;
  const asked = run === undefined ? await newConfig(flags) : await configOfRun(run, flags);
  const config = { ...asked, encoder: await chosenEncoder(asked, output) };
  return { config, encoder: directoryOfEncoder(config) };
}

async function newConfig(flags: BundledRun): Promise<RunConfig> {
  return parseRunConfig(runConfigInput(flags, await readRunConfigFile(flags.config)));
}

async function configOfRun(run: string, flags: BundledRun): Promise<RunConfig> {
  const others = ['config', 'preset', 'objective', 'encoder'].filter((name) => flags[name] !== undefined);
  if (others.length > 0) {
    throw new ConfigError(`--run already gives the configuration; --${others.join(', --')} cannot change it.`, {
      hint: 'Leave out --run, or the other flags.',
    });
  }
  const { config } = await readRecord(run);
  const { data } = flags;
  return {
    ...config,
    trainer: { ...config.trainer, maxSteps: 0, maxMinutes: 0 }, // limits of a session, not of the run
    ...(data !== undefined && { data: parseRunConfig({ data: dataSection(data) }).data }),
    // the run has a copy of its encoder; the original may be gone
    ...(config.encoder.kind === 'saved' && { encoder: { kind: 'saved', directory: encoderDirectory(run) } }),
  };
}

/** Resolves `automatic`. Fails early when data or encoder are missing. */
async function chosenEncoder(config: RunConfig, output: Output): Promise<RunConfig['encoder']> {
  const dataset = await openData(config.data, config.model.imageSize);
  try {
    const chosen = await chooseEncoder(config, dataset, output);
    chosen.encoder.dispose?.();
    return chosen.config;
  } finally {
    await dataset.close();
  }
}

/** Only a saved encoder has a directory; the others come from the packages or from the captions. */
function directoryOfEncoder({ encoder }: RunConfig): string | undefined {
  if (encoder.kind !== 'saved') return undefined;
  const ofTraining = encoderDirectory(encoder.directory);
  return existsSync(join(ofTraining, 'encoder.json')) ? ofTraining : encoder.directory;
}
