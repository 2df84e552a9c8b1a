// A worker whose case 1 is a segmentation fault, whose case 3 never returns, and in whose case 4 the backend compared with dies.
import { writeSync } from 'node:fs';

const [, first, end] = process.argv.slice(2).map(Number);
const say = (message) => writeSync(1, `${JSON.stringify(message)}\n`);
for (let number = first; number < end; number++) {
  say({ number, backend: 'native' });
  if (number === 1) process.kill(process.pid, 'SIGSEGV');
  while (number === 3);
  say({ number, backend: 'reference' });
  if (number === 4) process.abort();
  say({ number, kernel: 'Add', route: 'kernel', result: 'equal' });
}
