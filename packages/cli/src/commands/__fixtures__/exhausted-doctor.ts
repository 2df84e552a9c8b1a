/** Runs `t2i doctor` with no more threads or memory than the process has: `doctor.test.ts` runs it as "threads" and as "memory". */

import { limitMemory, limitThreads } from '@t2i/test-utils';
import { doctorCommand } from '../doctor.ts';

if (process.argv[2] === 'threads') limitThreads(0);
else limitMemory(512 << 20);
const output = { write: (text: string) => process.stdout.write(text) } as unknown as Parameters<typeof doctorCommand>[0];
await doctorCommand(output).parseAsync([], { from: 'user' });
process.exit();
