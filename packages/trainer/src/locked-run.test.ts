/** Two processes use one run: one trains, the other gets an error, and nothing of the run is lost. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { trainMockRun } from './__fixtures__/mock-run.ts';
import { runFiles } from './__fixtures__/run-files.ts';

const EPOCHS = 4;
/** A step in the third epoch, after a checkpoint. */
const WAITS_AT = 10;
const CHILD = fileURLToPath(new URL('./__fixtures__/train-child.ts', import.meta.url));

/** Trains the mock run in its own process. It waits within a step until the test lets it continue. */
function trainElsewhere(run: string) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=@t2i/source', CHILD, run, `${EPOCHS}`, `${WAITS_AT}`],
    {
      cwd: import.meta.dirname,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  let [text, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const ended = once(child, 'close').then(() => errors);
  const waiting = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => text.includes('waiting') && resolve());
    ended.then(() => reject(new Error(errors)));
  });
  waiting.catch(() => {});
  return { child, ended, waiting };
}

const train = (run: string) => trainMockRun(run, { epochs: EPOCHS });

const killed = async ({ child, ended }: { child: ChildProcess; ended: Promise<string> }) => {
  child.kill('SIGKILL');
  await ended;
};

it('the second process is told who trains, and the first ends in the bytes of an undisturbed run', async () => {
  await withTemporaryDirectory(async (directory) => {
    await train(join(directory, 'alone'));
    const run = join(directory, 'shared');
    const first = trainElsewhere(run);
    try {
      await first.waiting;
      await expect(train(run)).rejects.toMatchObject({
        code: 'ERR_LOCKED',
        message: expect.stringMatching(`process ${first.child.pid} on ${hostname()} has held it since 20.*training`),
      });
      const second = trainElsewhere(run);
      expect(await second.ended).toContain(`is in use: process ${first.child.pid} on`);
      expect(second.child.exitCode).not.toBe(0);
      first.child.stdin.end('\n');
      expect(await first.ended).toBe('');
    } finally {
      await killed(first);
    }
    expect(await runFiles(run)).toEqual(await runFiles(join(directory, 'alone')));
  });
}, 300_000);

it('a run whose process was killed is taken over, and nothing of its lock stays', async () => {
  await withTemporaryDirectory(async (directory) => {
    await train(join(directory, 'alone'));
    const run = join(directory, 'killed');
    const first = trainElsewhere(run);
    await first.waiting.finally(() => killed(first));
    const locks = async () => (await readdir(run)).filter((name) => name.startsWith('lock-'));
    expect(JSON.parse(await readFile(join(run, (await locks())[0]!), 'utf8'))).toMatchObject({ pid: first.child.pid });
    await train(run);
    expect(await locks()).toEqual([]);
    expect(await runFiles(run)).toEqual(await runFiles(join(directory, 'alone')));
  });
}, 300_000);
