/** The files of `t2i encoder evaluate` and `t2i encoder export`. */

import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Logger } from '@t2i/core';
import { readInside, writeFileAtomic, writeJsonFile } from '@t2i/core/node';
import { type EncoderRun, evaluateOnBenchmark, openTrainedEncoder, withBenchmark } from '@t2i/pipeline';
import { type EncoderCard, encoderCard, encoderImages, percent } from '@t2i/reports';
import type { SavableEncoder } from '@t2i/text-encoder';
import { saveEncoder } from '@t2i/text-encoder/node';
import type { Evaluation } from '@t2i/text-encoder/training';
import { runPaths } from '@t2i/trainer';

/** An encoder to publish, measured. */
interface Measured {
  readonly evaluation: Evaluation;
  readonly unrounded: Evaluation['report'];
  readonly baseline: Evaluation['report'] | undefined;
}

interface MeasureFlags {
  readonly data: string;
  readonly features: string;
  readonly baseline?: string;
}

/** Measures an encoder to publish, its unrounded weights, and a baseline. */
export function measureShipped(
  run: EncoderRun,
  shipped: SavableEncoder,
  flags: MeasureFlags,
  logger: Logger,
): Promise<Measured> {
  return withBenchmark(flags, async (benchmark) => {
    const report = async (encoder: SavableEncoder) => (await evaluateOnBenchmark(encoder, benchmark, 'test')).report;
    return {
      evaluation: await evaluateOnBenchmark(shipped, benchmark, 'test'),
      unrounded: await report(run.encoder),
      baseline:
        flags.baseline === undefined ? undefined : await report(await openTrainedEncoder(flags.baseline, logger)),
    };
  });
}

interface Shipped extends Pick<EncoderCard, 'run' | 'shipped' | 'command'> {
  readonly runDirectory: string;
}

/** Writes an encoder to publish: weights, metrics, images, the training log and a model card. */
export async function writeShipped(
  out: string,
  { run, runDirectory, shipped, command }: Shipped,
  { evaluation, unrounded, baseline }: Measured,
): Promise<void> {
  const { report } = evaluation;
  await saveEncoder(out, shipped);
  const { size: bytes } = await stat(join(out, 'encoder.safetensors'));
  const { log, curvesPng } = runPaths(runDirectory);
  await copyIfThere(runDirectory, basename(log), join(out, 'training.jsonl'));
  const hasCurves = await copyIfThere(runDirectory, basename(curvesPng), join(out, 'curves.png'));
  await writeImages(out, evaluation);
  await writeJsonFile(join(out, 'report.json'), { ...report, unrounded, ...(baseline && { baseline }) });
  const card = encoderCard({ run, shipped, bytes, hasCurves, report, unrounded, baseline, command });
  await writeFileAtomic(join(out, 'README.md'), card);
}

/** Writes an evaluation of an encoder; returns a line that sums it up. */
export async function writeEncoderReport(
  directory: string,
  evaluation: Evaluation,
  baseline: Evaluation['report'] | undefined,
  markdown: string,
): Promise<string> {
  const { report } = evaluation;
  const file = join(directory, 'README.md');
  await writeJsonFile(join(directory, 'report.json'), { ...report, ...(baseline && { baseline }) });
  await writeImages(directory, evaluation);
  await writeFileAtomic(file, markdown);
  return `top-1 ${percent(report.top1)}, AP@50 ${percent(report.precision[50])}: ${file}`;
}

async function writeImages(directory: string, evaluation: Evaluation): Promise<void> {
  for (const [name, png] of Object.entries(await encoderImages(evaluation))) {
    await writeFileAtomic(join(directory, name), png);
  }
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
