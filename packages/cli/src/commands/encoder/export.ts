/** `t2i encoder export`: a trained encoder to publish, with 16-bit weights, metrics and a model card. */

import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { selectBackend } from '@t2i/backend';
import { readInside, writeFileAtomic, writeJsonFile } from '@t2i/core/node';
import {
  type EncoderRun,
  evaluateOnBenchmark,
  openEncoderRun,
  openTrainedEncoder,
  shippedEncoder,
  withBenchmark,
} from '@t2i/pipeline';
import { encoderCard, encoderImages, percent } from '@t2i/reports';
import type { SavableEncoder } from '@t2i/text-encoder';
import { saveEncoder } from '@t2i/text-encoder/node';
import type { Evaluation } from '@t2i/text-encoder/training';
import { runPaths } from '@t2i/trainer';
import { Command } from 'commander';
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
      const measured = await measure(run, shipped, flags, output);
      await intoDirectory({ named: out, usual: out, force }, 'exporting', (place) =>
        writeFiles(directory, place, run, shipped, measured),
      );
      const { report } = measured.evaluation;
      output.write(
        `${shipped.id}: top-1 ${percent(report.top1)}, AP@50 ${percent(report.precision[50])}: ${flags.out}\n`,
      );
    });
}

interface Measured {
  readonly evaluation: Evaluation;
  readonly unrounded: Evaluation['report'];
  readonly baseline: Evaluation['report'] | undefined;
}

function measure(run: EncoderRun, shipped: SavableEncoder, flags: ExportFlags, output: Output): Promise<Measured> {
  return withBenchmark(flags, async (benchmark) => {
    const report = async (encoder: SavableEncoder) => (await evaluateOnBenchmark(encoder, benchmark, 'test')).report;
    return {
      evaluation: await evaluateOnBenchmark(shipped, benchmark, 'test'),
      unrounded: await report(run.encoder),
      baseline:
        flags.baseline === undefined ? undefined : await report(await openTrainedEncoder(flags.baseline, output)),
    };
  });
}

async function writeFiles(
  runDirectory: string,
  out: string,
  run: EncoderRun,
  shipped: SavableEncoder,
  { evaluation, unrounded, baseline }: Measured,
): Promise<void> {
  const { report } = evaluation;
  await saveEncoder(out, shipped);
  const { size: bytes } = await stat(join(out, 'encoder.safetensors'));
  const { log, curvesPng } = runPaths(runDirectory);
  await copyIfThere(runDirectory, basename(log), join(out, 'training.jsonl'));
  const hasCurves = await copyIfThere(runDirectory, basename(curvesPng), join(out, 'curves.png'));
  for (const [name, png] of Object.entries(await encoderImages(evaluation)))
    await writeFileAtomic(join(out, name), png);
  await writeJsonFile(join(out, 'report.json'), { ...report, unrounded, ...(baseline && { baseline }) });
  await writeFileAtomic(
    join(out, 'README.md'),
    encoderCard({
      ...{ run, shipped, bytes, hasCurves, report, unrounded, baseline },
      command: trainingCommand(run.config, report.dataset),
    }),
  );
}

/** A run that was stopped during its first epoch has no log or curves yet. */
async function copyIfThere(directory: string, name: string, to: string): Promise<boolean> {
  const bytes = await readInside(directory, name).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (bytes === undefined) return false;
  await writeFileAtomic(to, bytes);
  return true;
}
