/** `t2i train`: start a run, or resume one. */

import { parseRunConfig, readRecord, resumeRun, trainRun } from '@t2i/pipeline';
import { Command } from 'commander';
import { continuedConfig } from '../continued-run.ts';
import { examples } from '../examples.ts';
import { type BackendFlag, backendOption, encoderOption } from '../flags.ts';
import type { Output } from '../output.ts';
import {
  configOption,
  continuedConfigInput,
  presetOption,
  type RunFlags,
  readRunConfigFile,
  runConfigInput,
  runFlagOf,
  runSettings,
} from '../settings/run-settings.ts';
import { type TrainingSession, watchTraining } from '../training-session.ts';

interface TrainFlags extends RunFlags {
  readonly run?: string;
  readonly resume?: string;
  readonly dryRun: boolean;
  readonly backend: BackendFlag;
}

/** @param resumeCommand the command that resumes a run, without the directory of the run */
export function trainCommand(output: Output, resumeCommand = 't2i train --resume'): Command {
  const command = new Command('train')
    .description('train a text-to-image GAN, and generate samples after every epoch')
    .option('--run <directory>', 'directory of the new run')
    .option(
      '--resume <directory>',
      'continue this run from its last checkpoint; only limits, intervals and moved directories may change',
    )
    .option('--data <set>', '`toy-flowers`, or a directory made by `t2i dataset prepare`')
    .addOption(configOption())
    .addOption(presetOption())
    .addOption(encoderOption());
  return runSettings
    .addTo(command)
    .option('--dry-run', 'print the complete configuration and exit', false)
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i train --data toy-flowers --preset tiny --run runs/toy --epochs 40',
        't2i train --data data/oxford-102 --preset dcgan --objective gan-int-cls --run runs/flowers',
        't2i train --resume runs/flowers --max-minutes 60',
      ),
    )
    .action(async (flags: TrainFlags) => {
      if ((flags.run === undefined) === (flags.resume === undefined)) {
        command.error('error: give either --run for a new run or --resume to continue one');
      }
      const runDirectory = flags.resume ?? flags.run!;
      const session = { runDirectory, backend: flags.backend, unit: 'images', resumeCommand, output } as const;
      await (flags.resume === undefined ? start(session, flags) : resume(session, flags));
    });
}

async function start(session: TrainingSession, flags: TrainFlags): Promise<void> {
  const config = parseRunConfig(runConfigInput(flags, await readRunConfigFile(flags.config)));
  if (flags.dryRun) session.output.write(`${JSON.stringify(config, null, 2)}\n`);
  else await watchTraining(session, (options) => trainRun(config, options));
}

async function resume(session: TrainingSession, flags: TrainFlags): Promise<void> {
  const asked = continuedConfigInput(flags, await readRunConfigFile(flags.config));
  const { config: recorded } = await readRecord(session.runDirectory);
  const nameOf = (setting: string) => runFlagOf(setting, flags);
  const places = ['data.directory'];
  const config = continuedConfig({ recorded, asked, parse: parseRunConfig, nameOf, places }, session.output);
  const dataDirectory = config.data.kind === 'prepared' ? config.data.directory : undefined;
  if (flags.dryRun) session.output.write(`${JSON.stringify(config, null, 2)}\n`);
  else await watchTraining(session, (options) => resumeRun({ ...options, dataDirectory }, config.trainer));
}
