/**
 * Writes a packed set of one grey value. SIGKILL ends it just before the n-th call that changes the file system, like a power cut.
 * Prints `done` if it survived. Arguments: directory, grey value, n.
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
syncBuiltinESMExports(); // named imports change, too

const { greySet } = await import('./grey-set.ts'); // imported only now, to see the changes
await greySet(directory, Number(grey));
process.stdout.write('done');
