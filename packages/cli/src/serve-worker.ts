/** The thread in which `t2i serve` generates images: one revision of one run or published model. Started by `run-source.ts`. */

import { availableParallelism } from 'node:os';
import { type BackendName, selectBackend } from '@t2i/backend';
import { TextToImagePipeline } from '@t2i/pipeline';
import { createInferenceWorker, runInferenceWorker } from '@t2i/server/worker';
import { servedFacts } from './served-facts.ts';

/** What the thread is told. */
export interface ServeWorkerData {
  readonly run: string;
  readonly backend: 'auto' | BackendName;
  readonly maxRows: number;
}

/** Processors from which on one is left to the thread that speaks HTTP. */
const MANY = 4;

await runInferenceWorker(async (data, warn) => {
  const { run, backend, maxRows } = data as ServeWorkerData;
  const cores = availableParallelism();
  if (cores >= MANY) process.env.T2I_THREADS ||= String(cores - 1); // of this thread alone
  const { name, version, instructionSet, threads } = await selectBackend({ prefer: backend });
  // Only until it is open: later the encoder would repeat captions that people typed.
  let opening = true;
  const logger = { info: () => {}, warn: (message: string) => opening && warn(message) };
  const pipeline = await TextToImagePipeline.open(run, logger);
  opening = false;
  return createInferenceWorker({
    model: pipeline.model,
    encoder: pipeline.encoder,
    maxRows,
    sparesCores: name === 'webgpu' || (threads ?? cores) < cores,
    backend: [name, version, instructionSet].filter((part) => part !== undefined).join(' '),
    ...(await servedFacts(run, pipeline)),
  });
});
