/** `t2i encoder evaluate`: zero-shot classification and retrieval with an encoder, as in tables 1 and 2 of Reed et al. 2016. */

import { selectBackend } from '@t2i/backend';
import type { SplitName } from '@t2i/core';
import { evaluateOnBenchmark, openTrainedEncoder, withBenchmark } from '@t2i/pipeline';
import { encoderMarkdown } from '@t2i/reports';
import { Command, Option } from 'commander';
import { writeEncoderReport } from '../../encoder-files.ts';
import { examples } from '../../examples.ts';
import { type BackendFlag, backendOption } from '../../flags.ts';
import { assertFree, forceOption, intoDirectory } from '../../out-file.ts';
import type { Output } from '../../output.ts';

interface EvaluateFlags {
  data: string;
  features: string;
  split: SplitName;
  baseline?: string;
  out?: string;
  force: boolean;
  backend: BackendFlag;
}

export function evaluateEncoderCommand(output: Output): Command {
  return new Command('evaluate')
    .description(
      'measure zero-shot classification and retrieval of photos by captions (Reed et al. 2016, tables 1 and 2)',
    )
    .argument('<encoder>', 'a run of `t2i encoder train`, or a saved encoder')
    .requiredOption('--data <directory>', 'a set made by `t2i dataset prepare`')
    .requiredOption('--features <directory>', 'features of its images, made by `t2i encoder features`')
    .addOption(
      new Option('--split <classes>', 'classes to measure on: test, or val to choose settings')
        .choices(['test', 'val', 'train'])
        .default('test'),
    )
    .option('--baseline <directory>', 'another encoder to compare with, for example of `--kind linear-words`')
    .option('--out <directory>', 'write report.json, README.md, confusion.png and embeddings.png here')
    .addOption(forceOption('by default a directory that is not empty is refused'))
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i encoder evaluate runs/encoder --data data/oxford-102 --features features --out report',
        't2i encoder evaluate runs/chosen-on-val --split val --data data/oxford-102 --features features',
      ),
    )
    .action(async (directory: string, flags: EvaluateFlags) => {
      const { out, force } = flags;
      assertFree({ named: out, force });
      await selectBackend({ prefer: flags.backend });
      await withBenchmark(flags, async (benchmark) => {
        const measure = async (directory: string) =>
          evaluateOnBenchmark(await openTrainedEncoder(directory, output), benchmark, flags.split);
        const evaluation = await measure(directory);
        const baseline = flags.baseline === undefined ? undefined : (await measure(flags.baseline)).report;
        const markdown = encoderMarkdown({ report: evaluation.report, baseline });
        if (out === undefined) output.write(markdown);
        else {
          const write = (directory: string) => writeEncoderReport(directory, evaluation, baseline, markdown);
          output.write(`${await intoDirectory({ named: out, usual: out, force }, 'evaluating', write)}\n`);
        }
      });
    });
}
