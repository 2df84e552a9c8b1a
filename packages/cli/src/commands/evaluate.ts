/** `t2i evaluate`: how good a run's images are, beside real photos, an untrained generator and shuffled captions. */

import { join } from 'node:path';
import { selectBackend } from '@t2i/backend';
import type { EmbeddingBatch } from '@t2i/core';
import { writeFileAtomic, writeJsonFile } from '@t2i/core/node';
import type { GoogLeNet, InceptionV3 } from '@t2i/image-encoder';
import { type Extractor, evaluateRun, openTrainedEncoder, type RunEvaluation, withBenchmark } from '@t2i/pipeline';
import { evaluationMarkdown, evaluationPage } from '@t2i/reports';
import { Command } from 'commander';
import { evaluationProgress } from '../evaluation-progress.ts';
import { examples } from '../examples.ts';
import { type BackendFlag, backendOption, integer } from '../flags.ts';
import { withInterrupt } from '../interrupt.ts';
import {
  type GoogLeNetFlags,
  googleNetCentreOption,
  googleNetLayersOption,
  googleNetSidesOption,
  readGoogLeNet,
  readInceptionV3,
} from '../network-files.ts';
import { forceOption, intoDirectory } from '../out-file.ts';
import type { Output } from '../output.ts';

interface EvaluateFlags extends GoogLeNetFlags {
  data: string;
  features: string;
  inception?: string;
  encoder?: string;
  samples: number;
  seed: number;
  batchSize: number;
  out?: string;
  force: boolean;
  backend: BackendFlag;
}

export function evaluateCommand(output: Output): Command {
  return new Command('evaluate')
    .description('measure a run on captions of test photos: distances, R-precision, diversity, copying')
    .argument('<run>', 'a run of `t2i train`')
    .requiredOption('--data <directory>', 'the prepared set that it was trained on')
    .requiredOption(
      '--features <directory>',
      'features of its photos, made by `t2i encoder features`; view `whole` is enough',
    )
    .requiredOption('--googlenet <file>', 'the weights that the features were computed with')
    .addOption(googleNetSidesOption())
    .addOption(googleNetLayersOption())
    .addOption(googleNetCentreOption())
    .option(
      '--inception <file>',
      'weights of Inception v3, converted to safetensors: its figures too, at four times the work',
    )
    .option(
      '--encoder <directory>',
      'a run of `t2i encoder train` that judges whether images fit captions (default: the one of the run)',
    )
    .option('--samples <n>', 'images to draw, and photos at most of each kind', integer(50, 1_000_000), 200)
    .option('--seed <n>', 'decides captions, noise and photos', integer(0), 0)
    .option('--batch-size <n>', 'images at once', integer(1, 1024), 32)
    .option('--out <directory>', 'write report.json, README.md and index.html here (default: evaluation in the run)')
    .addOption(forceOption('otherwise a directory that holds something is refused'))
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i evaluate runs/flowers --data data/oxford-102 --features features --googlenet bvlc_googlenet.safetensors',
        't2i evaluate runs/flowers … --encoder runs/encoder --samples 1155',
      ),
    )
    .action(async (runDirectory: string, flags: EvaluateFlags) => {
      const out = flags.out ?? join(runDirectory, 'evaluation');
      await intoDirectory({ named: out, usual: out, force: flags.force }, 'evaluating', async () => {
        const evaluation = await evaluate(runDirectory, flags, output);
        const markdown = evaluationMarkdown(evaluation.report);
        await writeJsonFile(join(out, 'report.json'), evaluation.report);
        await writeFileAtomic(join(out, 'README.md'), markdown);
        await writeFileAtomic(join(out, 'index.html'), await evaluationPage(evaluation));
        output.write(`${markdown}\n${join(out, 'index.html')}\n`);
      });
    });
}

async function evaluate(runDirectory: string, flags: EvaluateFlags, output: Output): Promise<RunEvaluation> {
  const { samples, seed, batchSize } = flags;
  await selectBackend({ prefer: flags.backend, logger: output });
  const extractors = await openExtractors(flags);
  const progress = evaluationProgress(output);
  try {
    const retrievalEncoder = flags.encoder === undefined ? undefined : await openTrainedEncoder(flags.encoder, output);
    return await withBenchmark(flags, (benchmark) =>
      withInterrupt(
        () => output.info('Stopping after this batch; press Ctrl-C again to stop at once'),
        (signal) =>
          evaluateRun({
            ...{ ...benchmark, runDirectory, retrievalEncoder, samples, seed, batchSize, signal },
            extractors,
            logger: output,
            onProgress: progress.update,
          }),
      ),
    );
  } finally {
    progress.close();
    for (const { encoder } of extractors) encoder.dispose();
  }
}

async function openExtractors(flags: EvaluateFlags): Promise<[Extractor, ...Extractor[]]> {
  const network = await readGoogLeNet(flags);
  const first = extractorOf(network.name, network, network.classifies);
  if (flags.inception === undefined) return [first];
  return [first, extractorOf('inception-v3', await readInceptionV3(flags.inception), true)];
}

function extractorOf(
  name: string,
  encoder: GoogLeNet | InceptionV3,
  classifies: boolean,
): Extractor & { encoder: GoogLeNet | InceptionV3 } {
  const probabilities = (features: EmbeddingBatch) => encoder.probabilities(features);
  return { name, encoder, ...(classifies && { probabilities }) };
}
