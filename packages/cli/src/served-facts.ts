/** What `t2i serve` tells of an opened directory: a run as far as it had come, or a published model. */

import type { OpenedRun, TextToImagePipeline } from '@t2i/pipeline';
import { type ModelManifest, revisionOf } from '@t2i/published-model';
import type { InferenceWorkerOptions } from '@t2i/server/worker';
import { readLog, runPaths } from '@t2i/trainer';

type ServedFacts = Required<Pick<InferenceWorkerOptions, 'revision' | 'details'>>;

/** Enough of the hash of the weights to tell revisions apart. */
const REVISION_DIGITS = 16;

export async function servedFacts(directory: string, { run, published }: TextToImagePipeline): Promise<ServedFacts> {
  return published === undefined ? factsOfRun(directory, run!) : factsOfModel(published);
}

async function factsOfRun(directory: string, { record, checkpoint }: OpenedRun): Promise<ServedFacts> {
  const { step, epoch, images: imagesShown, weights } = checkpoint;
  const metrics = (await readLog(runPaths(directory).log)).findLast((line) => line.step <= step) ?? null;
  const { model, batches, trainer, seed } = record.config; // no directories of this machine
  return {
    revision: weights.sha256.slice(0, REVISION_DIGITS),
    details: {
      epoch,
      step,
      imagesShown,
      weights,
      metrics,
      dataset: record.dataset,
      config: { seed, model, batches, trainer },
    },
  };
}

function factsOfModel(manifest: ModelManifest): ServedFacts {
  const { generator, facts, precision, license } = manifest;
  const { epoch, step, imagesShown, dataset } = facts;
  const { bytes, sha256 } = generator.file;
  return {
    revision: revisionOf(manifest),
    details: {
      epoch,
      step,
      imagesShown,
      weights: { bytes, sha256 },
      metrics: null,
      dataset: { name: dataset },
      config: { model: generator.config },
      precision,
      license,
    },
  };
}
