/** `t2i style train`: train the style encoder of a run on the run's own generator, or resume it. */

import { ConfigError } from '@t2i/core';
import { parseStyleConfig, readStyleConfig, resumeStyle, type StyleConfig, trainStyle } from '@t2i/pipeline';
import type { TrainResult } from '@t2i/trainer';
import { Command } from 'commander';
import { continuedConfig, flagOf } from '../../continued-run.ts';
import { examples } from '../../examples.ts';
import { type BackendFlag, backendOption, integer, positiveNumber, said } from '../../flags.ts';
import type { Output } from '../../output.ts';
import { reportStyle } from '../../report-style.ts';
import { type Watched, watchTraining } from '../../training-session.ts';

interface TrainStyleFlags {
  resume: boolean;
  replace: boolean;
  epochs?: number;
  batchSize?: number;
  learningRate?: number;
  filters?: number;
  seed?: number;
  maxSteps?: number;
  maxMinutes?: number;
  dryRun: boolean;
  backend: BackendFlag;
}

export function trainStyleCommand(output: Output): Command {
  return new Command('train')
    .description(
      'train the style encoder S(x) → z on images of the generator, which stays as it is (paper, equation 6)',
    )
    .argument('<run>', 'a run of `t2i train`; the style encoder goes into its directory `style`')
    .option('--resume', 'continue the style encoder that is there from its last checkpoint', false)
    .option('--replace', 'start anew, removing the style encoder that is there', false)
    .option('--epochs <n>', 'epochs of as many images as the run has photos (default: 20)', integer(1))
    .option('--batch-size <n>', 'images per step (default: 64)', integer(2, 4096))
    .option('--learning-rate <x>', 'of the first epochs (default: 0.001)', positiveNumber)
    .option('--filters <n>', "channels after the first stage (default: the discriminator's)", integer(2, 1024))
    .option('--seed <n>', 'decides first weights, captions and noise (default: 1)', integer())
    .option('--max-steps <n>', 'stop at this step; it can be resumed', integer(1))
    .option('--max-minutes <n>', 'stop after so many minutes; it can be resumed', positiveNumber)
    .option('--dry-run', 'print the resolved configuration and train nothing', false)
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i style train runs/flowers',
        't2i style train runs/flowers --resume --max-minutes 30',
        't2i restyle photo.jpg "a yellow flower" --run runs/flowers',
      ),
    )
    .action(async (runDirectory: string, flags: TrainStyleFlags) => {
      if (flags.resume && flags.replace) throw new ConfigError('Give --resume or --replace, not both.');
      const config = flags.resume ? await continued(runDirectory, flags, output) : parseStyleConfig(configInput(flags));
      if (flags.dryRun) {
        output.write(`${JSON.stringify(config, null, 2)}\n`);
        return;
      }
      const { replace } = flags;
      const { stopped } = await watch(runDirectory, flags, output, (options) =>
        flags.resume ? resumeStyle(options, config.trainer) : trainStyle(config, options, { replace }),
      );
      if (stopped !== 'aborted') await reportStyle({ runDirectory }, output);
    });
}

async function continued(runDirectory: string, flags: TrainStyleFlags, output: Output): Promise<StyleConfig> {
  const recorded = await readStyleConfig(runDirectory);
  const nameOf = (setting: string) => flagOf(flags, setting) ?? setting;
  return continuedConfig({ recorded, asked: configInput(flags), parse: parseStyleConfig, nameOf }, output);
}

function watch(
  runDirectory: string,
  { backend }: TrainStyleFlags,
  output: Output,
  train: (options: Watched) => Promise<TrainResult>,
): Promise<TrainResult> {
  const resumeCommand = 't2i style train --resume';
  return watchTraining({ runDirectory, backend, unit: 'images', resumeCommand, output }, train);
}

/** Only what was said, so that the defaults fill the rest. */
function configInput(flags: TrainStyleFlags): Record<string, unknown> {
  const { seed, filters, batchSize, epochs, learningRate, maxSteps, maxMinutes } = flags;
  return said({
    seed,
    model: said({ filters }),
    batches: said({ batchSize }),
    trainer: said({ epochs, learningRate, maxSteps, maxMinutes }),
  });
}
