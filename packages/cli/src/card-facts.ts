/** What a model card tells of a run besides the model itself: how long it trained, and how it was evaluated. */

import { join } from 'node:path';
import { CheckpointError } from '@t2i/core';
import { readInside } from '@t2i/core/node';
import type { RunEvaluation } from '@t2i/pipeline';
import { secondsTrained } from '@t2i/trainer';

const REPORT = 'evaluation/report.json';

export async function cardFacts(runDirectory: string) {
  return { seconds: await secondsTrained(runDirectory), evaluation: await readEvaluation(runDirectory) };
}

/** The report of `t2i evaluate`, if it has run. */
async function readEvaluation(runDirectory: string): Promise<RunEvaluation['report'] | undefined> {
  const bytes = await readInside(runDirectory, REPORT).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(bytes.toString()) as RunEvaluation['report'];
  } catch (cause) {
    throw new CheckpointError(`${join(runDirectory, REPORT)} is not valid JSON.`, {
      hint: 'Evaluate the run again.',
      cause,
    });
  }
}
