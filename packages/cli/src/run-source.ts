/** The folder of a run, or of a published model, as something that can be served, drawn in a thread of its own. */

import { basename, resolve } from 'node:path';
import { CheckpointError, type Logger } from '@t2i/core';
import { revisionOf } from '@t2i/published-model';
import { isModelFolder, readModelManifest } from '@t2i/published-model/node';
import { type ModelSource, openWorkerPainter } from '@t2i/server';
import { latestCheckpointPath, listSamples, makeFilm } from '@t2i/trainer';
import type { ServeWorkerData } from './serve-worker.ts';

/** Beside this file: built, or what stands for it in the sources. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './serve-worker.mjs' : './serve-worker.js', import.meta.url);

/** @param run a folder, or `name=folder` */
export function runSource(run: string, options: Omit<ServeWorkerData, 'run'>, logger: Logger): ModelSource {
  const named = /^([\w.-]+)=(.+)$/.exec(run);
  const folder = named?.[2] ?? run;
  const name = named?.[1] ?? basename(resolve(folder));
  return {
    name,
    open: () =>
      openWorkerPainter({
        module: WORKER,
        data: { run: folder, ...options } satisfies ServeWorkerData,
        onWarning: (message) => logger.warn(`${name}: ${message}`),
      }),
    async newest() {
      if (await isModelFolder(folder)) return revisionOf(await readModelManifest(folder));
      const path = await latestCheckpointPath(folder);
      if (path !== undefined) return path;
      throw new CheckpointError(`${folder} has no checkpoint.`, {
        hint: 'Train until the end of the first epoch, or check the path.',
      });
    },
    samples: {
      list: () => listSamples(folder),
      film: async (settings) => (await makeFilm(folder, settings)).data,
    },
  };
}
