/** Holds the lock of a directory until stdin ends: `node --import tsx hold-directory.ts DIRECTORY [MILLISECONDS]`. */

import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../../errors.ts';
import { withDirectoryLock } from '../directory-lock.ts';

const [directory = '', milliseconds] = process.argv.slice(2);
try {
  await withDirectoryLock(directory, 'testing', async (lock) => {
    process.stdout.write('held\n');
    if (milliseconds === undefined) for await (const _ of process.stdin);
    else await sleep(Number(milliseconds));
    await lock.assertHeld();
  });
  process.stdout.write('released\n');
} catch (error) {
  process.stdout.write(`refused: ${errorMessage(error)}\n`);
  process.exitCode = 2;
}
