import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { trainMockRun } from './__fixtures__/mock-run.ts';
import { runFiles } from './__fixtures__/run-files.ts';

const CHILD = fileURLToPath(new URL('./__fixtures__/train-child.ts', import.meta.url));

it('a run killed with SIGKILL at random moments ends in the bytes of one that was never stopped', async () => {
  await withTemporaryDirectory(async (directory) => {
    const began = performance.now();
    await trainMockRun(join(directory, 'whole'));
    const duration = performance.now() - began;

    const killed = join(directory, 'killed');
    let kills = 0;
    for (let i = 0; i < 5; i++) {
      const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@t2i/source', CHILD, killed], {
        cwd: import.meta.dirname,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      await setTimeout(Math.random() * duration * 0.4);
      if (child.exitCode === null) kills += 1;
      child.kill('SIGKILL');
      await exited(child);
    }
    expect(kills).toBeGreaterThan(0);
    expect(await trainMockRun(killed)).toMatchObject({ stopped: 'finished', step: 64 });
    expect(await runFiles(killed)).toEqual(await runFiles(join(directory, 'whole')));
  });
}, 180_000);

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
