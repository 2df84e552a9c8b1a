import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '@t2i/core/node';
import { MockBatches, MockModel, withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it, vi } from 'vitest';
import { runFiles } from './__fixtures__/run-files.ts';
import { train } from './trainer.ts';

/** Counts changes of the disk. At `fatal` the process "dies": half of a write is done, and nothing after it. */
const disk = vi.hoisted(() => ({ changes: 0, fatal: Number.POSITIVE_INFINITY }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  const dies = () => {
    disk.changes += 1;
    return disk.changes >= disk.fatal;
  };
  const guard = <A extends unknown[], R>(action: (...args: A) => Promise<R>) =>
    ((...args: A) => (dies() ? Promise.reject(new Error('killed')) : action(...args))) as typeof action;
  const open: typeof real.open = async (...args) => {
    if (dies()) throw new Error('killed');
    const handle = await real.open(...args);
    for (const name of ['writeFile', 'appendFile'] as const) {
      const write = handle[name].bind(handle) as (content: string | Uint8Array) => Promise<void>;
      handle[name] = async (content: unknown) => {
        const whole = content as string | Uint8Array;
        if (!dies()) return write(whole);
        if (disk.changes === disk.fatal) await write(whole.slice(0, whole.length / 2));
        throw new Error('killed');
      };
    }
    return handle;
  };
  return { ...real, open, mkdir: guard(real.mkdir), rename: guard(real.rename), rm: guard(real.rm) };
});
// plotting the curves takes longer than everything else, and they are written like the sample sheets
vi.mock('./curves.ts', () => ({ drawCurves: async () => {} }));

async function trainShortRun(runDirectory: string): Promise<void> {
  await train({
    runDirectory,
    model: new MockModel(),
    batches: new MockBatches({ batchesPerEpoch: 2 }),
    config: { epochs: 3, learningRate: 0.1, logEvery: 2, checkpointEverySteps: 3, keepLast: 1 },
    preview: { generate: async () => ({ data: new Uint8Array(3), width: 1, height: 1 }) },
    resume: await exists(join(runDirectory, 'run.json')),
  });
}

it('ends in the same bytes wherever the process dies', async () => {
  await withTemporaryDirectory(async (directory) => {
    disk.changes = 0;
    await trainShortRun(join(directory, 'whole'));
    const total = disk.changes;
    const whole = await runFiles(join(directory, 'whole'));
    expect(total).toBeGreaterThan(50);

    for (let fatal = 1; fatal <= total; fatal++) {
      const run = join(directory, `killed-${fatal}`);
      Object.assign(disk, { changes: 0, fatal });
      await expect(trainShortRun(run)).rejects.toThrow('killed');
      disk.fatal = Number.POSITIVE_INFINITY;
      await endHolders(run);
      await trainShortRun(run);
      expect(await runFiles(run), `killed at change ${fatal}`).toEqual(whole);
    }
  });
}, 180_000);

/** The process that "died" is this one, which is alive. Changes its locks to those of a process that has ended. */
async function endHolders(run: string): Promise<void> {
  const names = await readdir(run).catch(() => []);
  for (const path of names.filter((name) => /^lock-.*\.json$/.test(name)).map((name) => join(run, name))) {
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), boot: 'an earlier one' }));
  }
}
