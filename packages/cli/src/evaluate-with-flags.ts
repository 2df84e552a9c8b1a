/** An evaluation of a run, with the networks that flags name and a status line. */

import { selectBackend } from '@t2i/backend';
import type { EmbeddingBatch } from '@t2i/core';
import type { GoogLeNet, InceptionV3 } from '@t2i/image-encoder';
import { type Extractor, evaluateRun, openTrainedEncoder, type RunEvaluation, withBenchmark } from '@t2i/pipeline';
import { evaluationProgress } from './evaluation-progress.ts';
import type { BackendFlag } from './flags.ts';
import { withInterrupt } from './interrupt.ts';
import { type GoogLeNetFlags, readGoogLeNet, readInceptionV3 } from './network-files.ts';
import type { Output } from './output.ts';

export interface EvaluateFlags extends GoogLeNetFlags {
  readonly data: string;
  readonly features: string;
  readonly inception?: string;
  readonly encoder?: string;
  readonly samples: number;
  readonly seed: number;
  readonly batchSize: number;
  readonly backend: BackendFlag;
}

export async function evaluateWithFlags(
  runDirectory: string,
  flags: EvaluateFlags,
  output: Output,
): Promise<RunEvaluation> {
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
