/** `t2i style evaluate`: how well the style encoder of a run recovers noise, on captions and photos of the test split. */

import { selectBackend } from '@t2i/backend';
import { Command } from 'commander';
import { examples } from '../../examples.ts';
import { type BackendFlag, backendOption, integer } from '../../flags.ts';
import type { Output } from '../../output.ts';
import { reportStyle } from '../../report-style.ts';

interface EvaluateStyleFlags {
  samples: number;
  seed: number;
  backend: BackendFlag;
}

export function evaluateStyleCommand(output: Output): Command {
  return new Command('evaluate')
    .description('measure a style encoder on captions and photos of the test split; writes style/report.json')
    .argument('<run>', 'a run of `t2i train` with a style encoder of `t2i style train`')
    .option('--samples <n>', 'captions, each with its own noise and photo', integer(2, 100_000), 500)
    .option('--seed <n>', 'selects captions and noise', integer(0), 0)
    .addOption(backendOption())
    .addHelpText('after', examples('t2i style evaluate runs/flowers --samples 1155'))
    .action(async (runDirectory: string, { samples, seed, backend }: EvaluateStyleFlags) => {
      await selectBackend({ prefer: backend, logger: output });
      await reportStyle({ runDirectory, samples, seed }, output);
    });
}
