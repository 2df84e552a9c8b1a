/** Trains the mock run in its own process: `node --import tsx --conditions=@t2i/source train-child.ts RUN [EPOCHS STEP]`; waits in that step. */

import { trainMockRun } from './mock-run.ts';

const [run = '', epochs, step] = process.argv.slice(2);
process.stdout.write('started\n');
await trainMockRun(run, {
  ...(epochs !== undefined && { epochs: Number(epochs) }),
  async within(reached) {
    if (reached !== Number(step)) return;
    process.stdout.write('waiting\n');
    for await (const _ of process.stdin);
  },
});
