/** `t2i style train`: train the style encoder of a run on the run's own generator, or resume it. */

import { ConfigError } from '@t2i/core';
import { parseStyleConfig, readStyleConfig, resumeStyle, type StyleConfig, trainStyle } from '@t2i/pipeline';
import { Command } from 'commander';
import { continuedConfig } from '../../continued-run.ts';
import { examples } from '../../examples.ts';
import { type BackendFlag, backendOption } from '../../flags.ts';
import type { Output } from '../../output.ts';
import { reportStyle } from '../../report-style.ts';
import { styleSettings } from '../../settings/style-settings.ts';
import { watchTraining } from '../../training-session.ts';

interface TrainStyleFlags {
  readonly resume: boolean;
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly backend: BackendFlag;
}

export function trainStyleCommand(output: Output): Command {
  const command = new Command('train')
    .description('train a style encoder S(x) → z on images of the frozen generator (equation 6 of the paper)')
    .argument('<run>', 'a run of `t2i train`; the style encoder is saved in its directory `style`')
    .option('--resume', 'continue the existing style encoder from its last checkpoint', false)
    .option('--replace', 'delete the existing style encoder and start again', false);
  return styleSettings
    .addTo(command)
    .option('--dry-run', 'print the complete configuration and exit', false)
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
      const given = styleSettings.given(flags);
      const config = flags.resume ? await continued(runDirectory, flags, output) : parseStyleConfig(given);
      if (flags.dryRun) {
        output.write(`${JSON.stringify(config, null, 2)}\n`);
        return;
      }
      const { backend, replace } = flags;
      const resumeCommand = 't2i style train --resume';
      const { stopped } = await watchTraining(
        { runDirectory, backend, unit: 'images', resumeCommand, output },
        (options) => (flags.resume ? resumeStyle(options, config.trainer) : trainStyle(config, options, { replace })),
      );
      if (stopped !== 'aborted') await reportStyle({ runDirectory }, output);
    });
}

async function continued(runDirectory: string, flags: TrainStyleFlags, output: Output): Promise<StyleConfig> {
  const recorded = await readStyleConfig(runDirectory);
  const nameOf = (setting: string) => styleSettings.flagOf(setting, flags) ?? setting;
  return continuedConfig({ recorded, asked: styleSettings.given(flags), parse: parseStyleConfig, nameOf }, output);
}
