/** Trains the mock run in a process of its own: `node --import tsx --conditions=@t2i/source train-child.ts RUN`. */

import { trainMockRun } from './mock-run.ts';

process.stdout.write('started\n');
await trainMockRun(process.argv[2]!);
