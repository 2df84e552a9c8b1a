/**
 * Writes a packed set of one grey value, and dies by SIGKILL just before the n-th call that changes the file system, as by a power cut.
 * Prints `done` when it lived. Arguments: directory, grey value, n.
 */

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [directory, grey, deadly] = process.argv.slice(2) as [string, string, string];
let calls = 0;
const changing = ['mkdir', 'rename', 'rm', 'rmdir', 'writeFile', 'unlink', 'symlink', 'open'] as const;

type Call = (...values: unknown[]) => unknown;
const counted =
  (call: Call): Call =>
  (...values) => {
    calls += 1;
    if (calls === Number(deadly)) process.kill(process.pid, 'SIGKILL');
    return call(...values);
  };

const promises = fs.promises as unknown as Record<string, Call>;
for (const name of changing) promises[name] = counted(promises[name]!.bind(fs.promises));
fs.writeSync = counted(fs.writeSync as Call) as typeof fs.writeSync;
syncBuiltinESMExports(); // what is imported by name changes, too

const { greySet } = await import('./grey-set.ts'); // only now: it must see what was changed
await greySet(directory, Number(grey));
process.stdout.write('done');
