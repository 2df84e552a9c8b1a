/** `t2i encoder export`: a trained encoder to publish, with 16-bit weights, metrics and a model card. */

import { selectBackend } from '@t2i/backend';
import { openEncoderRun, shippedEncoder, withBenchmark } from '@t2i/pipeline';
import { percent } from '@t2i/reports';
import { Command } from 'commander';
import { measureShipped, writeShipped } from '../../encoder-files.ts';
import { examples } from '../../examples.ts';
import { type BackendFlag, backendOption } from '../../flags.ts';
import { assertFree, forceOption, intoDirectory } from '../../out-file.ts';
import type { Output } from '../../output.ts';
import { trainingCommand } from './training-command.ts';

interface ExportFlags {
  data: string;
  features: string;
  baseline?: string;
  out: string;
  force: boolean;
  backend: BackendFlag;
}

export function exportEncoderCommand(output: Output): Command {
  return new Command('export')
    .description('round the weights of a run to 16 bits, measure the result, and write it with a model card')
    .argument('<run>', 'a run of `t2i encoder train`')
    .requiredOption('--data <directory>', 'a set made by `t2i dataset prepare`')
    .requiredOption('--features <directory>', 'features of its images, made by `t2i encoder features`')
    .requiredOption('--out <directory>', 'directory to create; `loadEncoder` and `t2i train --encoder` read it')
    .addOption(forceOption('by default a directory that is not empty is refused'))
    .option('--baseline <directory>', 'another encoder to compare with, for example of `--kind linear-words`')
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i encoder export runs/encoder --data data/oxford-102 --features features --baseline runs/words --out oxford-102',
      ),
    )
    .action(async (directory: string, flags: ExportFlags) => {
      const { out, force } = flags;
      assertFree({ named: out, force });
      await selectBackend({ prefer: flags.backend });
      const run = await openEncoderRun(directory, output);
      const shipped = await withBenchmark(flags, ({ dataset }) => shippedEncoder(run, dataset));
      const measured = await measureShipped(run, shipped, flags, output);
      await intoDirectory({ named: out, usual: out, force }, 'exporting', (place) =>
        writeShipped(
          place,
          {
            run,
            runDirectory: directory,
            shipped,
            command: trainingCommand(run.config, measured.evaluation.report.dataset),
          },
          measured,
        ),
      );
      const { report } = measured.evaluation;
      output.write(
        `${shipped.id}: top-1 ${percent(report.top1)}, AP@50 ${percent(report.precision[50])}: ${flags.out}\n`,
      );
    });
}
