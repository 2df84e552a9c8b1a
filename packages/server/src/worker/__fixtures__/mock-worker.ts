/** A thread that generates with the mock model, or fails on request. */

import { readFileSync } from 'node:fs';
import { CheckpointError } from '@t2i/core';
import { mockWorker } from '../../test-support.ts';
import { runInferenceWorker } from '../run-inference-worker.ts';

await runInferenceWorker(async (data, warn) => {
  const { revision, pipe } = data as { revision: string; pipe?: string };
  if (revision === 'missing') throw new CheckpointError('There is no checkpoint.', { hint: 'Train first.' });
  if (revision === 'broken') throw new TypeError('x is not a function');
  if (revision === 'old') warn('the newest checkpoint is damaged');
  if (revision === 'endless') for (;;);
  const worker = await mockWorker({ revision });
  return {
    ...worker,
    async read(captions) {
      if (captions.includes('crash')) process.exit(3);
      if (captions.includes('fail')) throw new Error('no vocabulary');
      return captions.map((caption) => ({ unknown: [caption], corrected: [], cut: '' }));
    },
    async generate(requests) {
      const { caption } = requests[0]!;
      if (caption === 'crash') process.exit(3);
      if (caption === 'fail') throw new Error('out of memory');
      if (caption === 'loop') for (;;);
      if (caption === 'backend') readFileSync(pipe!); // outside JavaScript, until somebody writes into the pipe
      return worker.generate(requests);
    },
  };
});
