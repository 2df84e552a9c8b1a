/** `t2i train`: start a run, or resume one. */

import { MODEL_PRESETS, parseRunConfig, readRecord, resumeRun, trainRun } from '@t2i/pipeline';
import { Command, Option } from 'commander';
import { continuedConfig, flagOf } from '../continued-run.ts';
import { examples } from '../examples.ts';
import { backendOption, collect, encoderOption, integer, positiveNumber, share } from '../flags.ts';
import type { Output } from '../output.ts';
import { continuedConfigInput, readRunConfigFile, runConfigInput, type TrainFlags } from '../run-flags.ts';
import { type TrainingSession, watchTraining } from '../training-session.ts';

/** @param resumeCommand what a person writes, before the directory of a run, to continue it */
export function trainCommand(output: Output, resumeCommand = 't2i train --resume'): Command {
  return new Command('train')
    .description('train a text-to-image GAN, with samples after every epoch')
    .option('--run <directory>', 'directory of the new run')
    .option(
      '--resume <directory>',
      'continue the run in this directory from its last checkpoint; with other limits, intervals or places, but no other settings',
    )
    .option(
      '--data <set>',
      '`toy-flowers`, or a directory made by `t2i dataset prepare`; with --resume: where it is now',
    )
    .option('--config <file>', 'JSON with any part of the configuration; flags win over it')
    .addOption(new Option('--preset <name>', 'network sizes (default: reed2016)').choices([...MODEL_PRESETS]))
    .addOption(new Option('--objective <name>').choices(['gan', 'gan-cls', 'gan-int', 'gan-int-cls']))
    .addOption(
      new Option('--mismatch <what>', 'real image + wrong text (paper), or wrong image').choices(['text', 'image']),
    )
    .addOption(encoderOption())
    .option('--epochs <n>', 'epochs (default: 600)', integer(1))
    .option('--batch-size <n>', 'pairs per step (default: 64)', integer(2, 4096))
    .option('--learning-rate <x>', 'of both networks (default: 0.0002)', positiveNumber)
    .option('--captions-per-image <n>', 'captions of each photo in use (default: 10; the blog: 5)', integer(1))
    .option('--num-captions <n>', "captions averaged per condition (default: 1; authors' code: 4)", integer(1))
    .option('--edited-share <share>', 'of mismatching texts: edits of the right caption (default: 0)', share)
    .option('--ema-half-life <images>', 'keep a moving average of the generator to draw with', positiveNumber)
    .option('--seed <n>', 'decides weights, sampling and noise (default: 1)', integer())
    .option('--preview <caption>', 'draw this caption after every epoch too (repeatable)', collect)
    .option('--max-steps <n>', 'stop at this step of the run; it can be resumed', integer(1))
    .option('--max-minutes <n>', 'stop after so many minutes; it can be resumed', positiveNumber)
    .option('--dry-run', 'print the resolved configuration and train nothing', false)
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i train --data toy-flowers --preset tiny --run runs/toy --epochs 40',
        't2i train --data data/oxford-102 --preset dcgan --objective gan-int-cls --run runs/flowers',
        't2i train --resume runs/flowers --max-minutes 60',
      ),
    )
    .action(async (flags: TrainFlags, command: Command) => {
      const session = (runDirectory: string): TrainingSession => {
        return { runDirectory, backend: flags.backend, unit: 'images', resumeCommand, output };
      };
      if ((flags.run === undefined) === (flags.resume === undefined)) {
        command.error('error: give either --run for a new run or --resume to continue one');
      }
      if (flags.resume === undefined) await start(session(flags.run!), flags, output);
      else await resume(session(flags.resume), flags, output);
    });
}

async function start(session: TrainingSession, flags: TrainFlags, output: Output): Promise<void> {
  const config = parseRunConfig(runConfigInput(flags, await readRunConfigFile(flags.config)));
  if (flags.dryRun) output.write(`${JSON.stringify(config, null, 2)}\n`);
  else await watchTraining(session, (options) => trainRun(config, options));
}

async function resume(session: TrainingSession, flags: TrainFlags, output: Output): Promise<void> {
  const asked = continuedConfigInput(flags, await readRunConfigFile(flags.config));
  const { config: recorded } = await readRecord(session.runDirectory);
  const places = ['data.directory'];
  const config = continuedConfig(
    { recorded, asked, parse: parseRunConfig, nameOf: (setting) => nameOf(setting, flags), places },
    output,
  );
  const dataDirectory = config.data.kind === 'prepared' ? config.data.directory : undefined;
  if (flags.dryRun) output.write(`${JSON.stringify(config, null, 2)}\n`);
  else await watchTraining(session, (options) => resumeRun({ ...options, dataDirectory }, config.trainer));
}

function nameOf(setting: string, flags: TrainFlags): string {
  const flag = flagOf(flags, setting);
  if (flag !== undefined) return flag;
  return flags.preset !== undefined && setting.startsWith('model.') ? `--preset ${flags.preset}` : '--config';
}
