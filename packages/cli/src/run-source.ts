/** The directory of a run or of a published model as a source for the server, with a worker thread of its own. */

import { basename, resolve } from 'node:path';
import { CheckpointError, type Logger } from '@t2i/core';
import { revisionOf } from '@t2i/published-model';
import { isModelDirectory, MANIFEST_FILE, readModelManifest } from '@t2i/published-model/node';
import { type ModelFile, type ModelSource, openInferenceWorker } from '@t2i/server';
import { latestCheckpointPath, listSamples, makeFilm } from '@t2i/trainer';
import type { ServeWorkerData } from './serve-worker.ts';

/** Beside this file: built, or what stands for it in the sources. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './serve-worker.mjs' : './serve-worker.js', import.meta.url);

export interface RunSourceOptions extends Omit<ServeWorkerData, 'run'> {
  /** Whether others may have the files of a published model. */
  readonly download: boolean;
  /** Milliseconds after which a pass shows that the thread is stuck. */
  readonly passTimeout?: number;
}

/** @param run a directory, or `name=directory` */
export function runSource(run: string, options: RunSourceOptions, logger: Logger): ModelSource {
  const { download, passTimeout, ...backend } = options;
  const named = /^([\w.-]+)=(.+)$/.exec(run);
  const directory = named?.[2] ?? run;
  const name = named?.[1] ?? basename(resolve(directory));
  return {
    name,
    open: (signal) =>
      openInferenceWorker({
        module: WORKER,
        data: { run: directory, ...backend } satisfies ServeWorkerData,
        onWarning: (message) => logger.warn(`${name}: ${message}`),
        signal,
        ...(passTimeout !== undefined && { passTimeout }),
      }),
    async newest() {
      if (await isModelDirectory(directory)) return revisionOf(await readModelManifest(directory));
      const path = await latestCheckpointPath(directory);
      if (path !== undefined) return path;
      throw new CheckpointError(`${directory} has no checkpoint.`, {
        hint: 'Train until the end of the first epoch, or check the path.',
      });
    },
    files: async () => (download ? publishedFiles(directory) : []),
    samples: {
      list: () => listSamples(directory),
      async film(settings) {
        const { data, damaged } = await makeFilm(directory, settings);
        for (const { path, reason } of damaged) logger.warn(`${name}: ${path} is left out of the film: ${reason}`);
        return data;
      },
    },
  };
}

/** The files with which a browser generates images itself; none for a run, whose checkpoints are for training, and for a damaged model. */
async function publishedFiles(directory: string): Promise<readonly ModelFile[]> {
  const manifest = await readModelManifest(directory).catch((error: unknown) => {
    if (!CheckpointError.isInstance(error)) throw error; // or whoever opens the model tells
  });
  if (manifest === undefined) return [];
  const weights = [manifest.generator.file, manifest.encoder.file].map(({ name, sha256 }) => ({
    name,
    directory,
    sha256,
  }));
  return [{ name: MANIFEST_FILE, directory }, ...weights];
}
