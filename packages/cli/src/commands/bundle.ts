/** `t2i bundle`: all that training needs in one directory, for a machine without network, Node or npm. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXTRA_BACKENDS, type ExtraBackend, partsTable, writeBundle } from '@t2i/bundle';
import { ConfigError } from '@t2i/core';
import {
  chooseEncoder,
  encoderDirectory,
  MODEL_PRESETS,
  openData,
  parseRunConfig,
  type RunConfig,
  readRecord,
} from '@t2i/pipeline';
import { Command, InvalidArgumentError, Option } from 'commander';
import { BUNDLED_TRAIN } from '../bundled-train-file.ts';
import { examples } from '../examples.ts';
import { encoderOption, positiveNumber, said } from '../flags.ts';
import { withInterrupt } from '../interrupt.ts';
import type { Output } from '../output.ts';
import { dataSection, readRunConfigFile, runConfigInput, type TrainFlags } from '../run-flags.ts';

interface BundleFlags extends Pick<TrainFlags, 'run' | 'data' | 'config' | 'preset' | 'objective' | 'encoder'> {
  out: string;
  embeddings?: string;
  node: string;
  extraBackend: ExtraBackend[];
  quality: 'lossless' | number;
  maxMegabytes: number;
  fast: boolean;
}

/** Oxford-102 and Dawn fit into 60 MB with it. */
const DEFAULT_QUALITY = 75;

export function bundleCommand(output: Output): Command {
  return new Command('bundle')
    .description(
      'pack Node, backends, data and configuration into a directory that trains on a machine without any of them',
    )
    .requiredOption('--out <directory>', 'directory to make; run.sh in it starts the training')
    .option(
      '--run <directory>',
      'with the configuration, data and encoder of this run; its checkpoints stay where they are',
    )
    .option('--data <set>', '`toy-flowers`, or a directory made by `t2i dataset prepare`')
    .option('--config <file>', 'JSON with any part of the configuration; flags win over it')
    .addOption(new Option('--preset <name>', 'network sizes (default: reed2016)').choices([...MODEL_PRESETS]))
    .addOption(new Option('--objective <name>').choices(['gan', 'gan-cls', 'gan-int', 'gan-int-cls']))
    .addOption(encoderOption())
    .option('--embeddings <file>', 'pack what `t2i embed` wrote; otherwise the encoder embeds the captions there')
    .option('--quality <q>', 'of the images: `lossless`, or 1 to 100 as AVIF', imageQuality, DEFAULT_QUALITY)
    .option('--node <file>', 'Node for Linux like this one (default: the one that runs this)', process.execPath)
    .addOption(
      new Option(
        '--extra-backend <name>',
        `a backend besides native, wasm and cpu: ${EXTRA_BACKENDS.join(', ')} (repeatable)`,
      )
        .argParser((value: string, earlier: ExtraBackend[]) => extraBackend(value, earlier))
        .default([]),
    )
    .option('--max-megabytes <n>', 'refuse to make a larger directory', positiveNumber, 60)
    .option('--fast', 'compress less, for trying it out', false)
    .addHelpText(
      'after',
      examples(
        't2i bundle --out flowers --data data/oxford-102 --preset dcgan --objective gan-int-cls',
        't2i bundle --out flowers --run runs/flowers --extra-backend webgpu',
        'flowers/run.sh --max-minutes 60',
      ),
    )
    .action(async (flags: BundleFlags) => {
      if (process.platform !== 'linux') {
        throw new ConfigError('Bundles are made on Linux, for Linux.', {
          hint: 'Use a machine or container like the other one.',
        });
      }
      const { out, embeddings, node, extraBackend: backends, quality, maxMegabytes, fast } = flags;
      const asked = await configOf(flags);
      const config = { ...asked, encoder: await encoderOf(asked, output) };
      const encoder = encoderDirectoryOf(config);
      const parts = await withInterrupt(
        () => output.info('Stopping; nothing is kept'),
        (signal) =>
          writeBundle({
            ...{ out, program: BUNDLED_TRAIN, config, encoder, embeddings, node, backends, quality, fast, signal },
            limit: maxMegabytes * 1e6,
            logger: output,
          }),
      );
      output.write(partsTable(parts));
      output.info(`Copy all of ${out} to the other machine and start run.sh there.`);
    });
}

/** What the run was trained with, or what the flags say as for `t2i train`. */
async function configOf(flags: BundleFlags): Promise<RunConfig> {
  const { run, data, config: file, preset, objective, encoder } = flags;
  if (run === undefined) return parseRunConfig(runConfigInput(flags, await readRunConfigFile(file)));
  const more = Object.keys(said({ config: file, preset, objective, encoder }));
  if (more.length > 0) {
    throw new ConfigError(`A run has its configuration: --${more.join(', --')} cannot change it.`, {
      hint: 'Leave out --run, or the others.',
    });
  }
  const { config } = await readRecord(run);
  // limits are those of a session, not of the run
  const trainer = { ...config.trainer, maxSteps: 0, maxMinutes: 0 };
  return {
    ...config,
    trainer,
    ...(data !== undefined && { data: parseRunConfig({ data: dataSection(data) }).data }),
    // the directory that it came from may be gone
    ...(config.encoder.kind === 'saved' && { encoder: { kind: 'saved', directory: encoderDirectory(run) } }),
  };
}

/** The encoder that training would use, by name. Finds out, too, whether data and encoder are there. */
async function encoderOf(config: RunConfig, output: Output): Promise<RunConfig['encoder']> {
  const dataset = await openData(config.data, config.model.imageSize);
  try {
    const chosen = await chooseEncoder(config, dataset, output);
    chosen.encoder.dispose?.();
    return chosen.config;
  } finally {
    await dataset.close();
  }
}

/** A text encoder that lies in a directory of its own; what is drawn from the packages or the captions does not. */
function encoderDirectoryOf({ encoder }: RunConfig): string | undefined {
  if (encoder.kind !== 'saved') return undefined;
  const ofTraining = encoderDirectory(encoder.directory);
  return existsSync(join(ofTraining, 'encoder.json')) ? ofTraining : encoder.directory;
}

function imageQuality(text: string): 'lossless' | number {
  if (text === 'lossless') return text;
  const quality = Number(text);
  if (/^\d+$/.test(text) && quality >= 1 && quality <= 100) return quality;
  throw new InvalidArgumentError('It must be `lossless`, or a whole number from 1 to 100.');
}

function extraBackend(text: string, earlier: readonly ExtraBackend[]): ExtraBackend[] {
  const backend = EXTRA_BACKENDS.find((name) => name === text);
  if (backend === undefined) throw new InvalidArgumentError(`It must be one of ${EXTRA_BACKENDS.join(', ')}.`);
  return [...earlier, backend];
}
