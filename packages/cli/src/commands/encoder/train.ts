/** `t2i encoder train`: train a text encoder on captions and image features, or resume it. */

import { ConfigError } from '@t2i/core';
import { parseEncoderConfig, readEncoderConfig, resumeEncoder, trainEncoder } from '@t2i/pipeline';
import { Command } from 'commander';
import { continuedConfig } from '../../continued-run.ts';
import { examples } from '../../examples.ts';
import { type BackendFlag, backendOption } from '../../flags.ts';
import type { Output } from '../../output.ts';
import { encoderSettings } from '../../settings/encoder-settings.ts';
import { merged } from '../../settings/merged.ts';
import { type TrainingSession, watchTraining } from '../../training-session.ts';

interface TrainEncoderFlags {
  readonly data?: string;
  readonly features?: string;
  readonly run?: string;
  readonly resume?: string;
  readonly dryRun: boolean;
  readonly backend: BackendFlag;
}

/** Directories that may have been moved: their contents must be the same. */
const PLACES = ['data', 'features', 'initFrom', 'teacher'];

export function trainEncoderCommand(output: Output): Command {
  const command = new Command('train')
    .description('train a text encoder on captions and image features (joint embedding, Reed et al. 2016)')
    .option('--run <directory>', 'directory of the new run')
    .option('--resume <directory>', 'continue this run from its last checkpoint');
  return encoderSettings
    .addTo(command)
    .option('--dry-run', 'print the complete configuration and exit', false)
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i encoder train --data data/oxford-102 --features features --run runs/encoder',
        't2i encoder train --data data/oxford-102 --features features --run runs/chosen-on-val --split train',
        't2i encoder train --resume runs/encoder',
      ),
    )
    .action(async (flags: TrainEncoderFlags) => {
      if ((flags.run === undefined) === (flags.resume === undefined)) {
        throw new ConfigError('Give either --run for a new run or --resume to continue one.');
      }
      const runDirectory = flags.resume ?? flags.run!;
      const resumeCommand = 't2i encoder train --resume';
      const session = { runDirectory, backend: flags.backend, unit: 'steps', resumeCommand, output } as const;
      await (flags.resume === undefined ? start(session, flags) : resume(session, flags));
    });
}

async function start(session: TrainingSession, flags: TrainEncoderFlags): Promise<void> {
  if (flags.data === undefined || flags.features === undefined) {
    throw new ConfigError('No training data given.', { hint: 'Add --data and --features.' });
  }
  const config = parseEncoderConfig(merged({ network: { kind: 'char-cnn-rnn' } }, encoderSettings.given(flags)));
  if (flags.dryRun) session.output.write(`${JSON.stringify(config, null, 2)}\n`);
  else await watchTraining(session, (options) => trainEncoder(config, options));
}

async function resume(session: TrainingSession, flags: TrainEncoderFlags): Promise<void> {
  const recorded = await readEncoderConfig(session.runDirectory);
  const nameOf = (setting: string) => encoderSettings.flagOf(setting, flags) ?? setting;
  const asked = encoderSettings.given(flags);
  const options = { recorded, asked, parse: parseEncoderConfig, nameOf, places: PLACES };
  const config = continuedConfig(options, session.output);
  if (flags.dryRun) session.output.write(`${JSON.stringify(config, null, 2)}\n`);
  else await watchTraining(session, (options) => resumeEncoder(options, config));
}
