/** `t2i evaluate`: measure a run's images next to real photos, an untrained generator and shuffled captions. */

import { join } from 'node:path';
import { writeFileAtomic, writeJsonFile } from '@t2i/core/node';
import { evaluationMarkdown, evaluationPage } from '@t2i/reports';
import { Command } from 'commander';
import { type EvaluateFlags, evaluateWithFlags } from '../evaluate-with-flags.ts';
import { examples } from '../examples.ts';
import { backendOption, integer } from '../flags.ts';
import { googleNetOptions } from '../network-files.ts';
import { forceOption, intoDirectory } from '../out-file.ts';
import type { Output } from '../output.ts';

interface Flags extends EvaluateFlags {
  readonly out?: string;
  readonly force: boolean;
}

export function evaluateCommand(output: Output): Command {
  const command = new Command('evaluate')
    .description('measure a run on captions of test photos: Fréchet distance, R-precision, diversity, copying')
    .argument('<run>', 'a run of `t2i train`')
    .requiredOption('--data <directory>', 'the prepared set that the run was trained on')
    .requiredOption(
      '--features <directory>',
      'features of its photos, made by `t2i encoder features`; the view `whole` is enough',
    )
    .requiredOption('--googlenet <file>', 'the GoogLeNet weights that the features were computed with');
  for (const option of googleNetOptions()) command.addOption(option);
  return command
    .option('--inception <file>', 'also measure with Inception v3, converted to safetensors; takes four times longer')
    .option(
      '--encoder <directory>',
      "run of `t2i encoder train` that judges whether images match captions (default: the run's own)",
    )
    .option('--samples <n>', 'images to generate, and at most as many photos of each kind', integer(50, 1_000_000), 200)
    .option('--seed <n>', 'selects captions, noise and photos', integer(0), 0)
    .option('--batch-size <n>', 'images per batch', integer(1, 1024), 32)
    .option('--out <directory>', 'where to write report.json, README.md and index.html (default: RUN/evaluation)')
    .addOption(forceOption('by default a directory that is not empty is refused'))
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i evaluate runs/flowers --data data/oxford-102 --features features --googlenet bvlc_googlenet.safetensors',
        't2i evaluate runs/flowers … --encoder runs/encoder --samples 1155',
      ),
    )
    .action(async (runDirectory: string, flags: Flags) => {
      const out = flags.out ?? join(runDirectory, 'evaluation');
      await intoDirectory({ named: out, usual: out, force: flags.force }, 'evaluating', async () => {
        const evaluation = await evaluateWithFlags(runDirectory, flags, output);
        const markdown = evaluationMarkdown(evaluation.report);
        await writeJsonFile(join(out, 'report.json'), evaluation.report);
        await writeFileAtomic(join(out, 'README.md'), markdown);
        await writeFileAtomic(join(out, 'index.html'), await evaluationPage(evaluation));
        output.write(`${markdown}\n${join(out, 'index.html')}\n`);
      });
    });
}
