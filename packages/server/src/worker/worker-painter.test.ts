import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { T2iError } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import type { Painter } from '../painter.ts';
import { mockPainter } from '../test-support.ts';
import { openWorkerPainter, StuckThreadError, type WorkerPainterOptions } from './open-worker-painter.ts';

const cell = (caption: string) => ({ caption, seed: 7, index: 0 });
const opened: Painter[] = [];
afterEach(async () => {
  for (const painter of opened.splice(0)) await painter.dispose();
});

const WORKER = {
  module: new URL('./__fixtures__/mock-worker.mjs', import.meta.url),
  execArgv: ['--conditions=@t2i/source'],
};

async function open(revision: string, options: Partial<WorkerPainterOptions> = {}): Promise<Painter> {
  const painter = await openWorkerPainter({ ...WORKER, data: { revision }, ...options });
  opened.push(painter);
  return painter;
}

describe('openWorkerPainter', () => {
  it('paints what a painter of this thread paints, and ends with its owner', async () => {
    const [there, here] = [await open('r1'), await mockPainter()];
    expect(there.facts).toEqual(here.facts);
    const passes = [[cell('a red flower')], [cell('a blue flower'), cell('a rose')]];
    const painted = await Promise.all(passes.map((cells) => there.paint(cells)));
    expect(painted).toEqual(await Promise.all(passes.map((cells) => here.paint(cells))));
    await there.dispose();
    expect((await there.lost)?.message).toMatch(/ended with code 0/);
    await expect(there.paint([cell('a')])).rejects.toThrow(/disposed/);
    await there.dispose();
  });

  it('reads captions in its thread, between passes, and fails with it', async () => {
    const painter = await open('r1');
    const [images, readings] = await Promise.all([painter.paint([cell('a')]), painter.read!(['a', 'b'])]);
    expect(images).toHaveLength(1);
    expect(readings.map(({ unknown }) => unknown)).toEqual([['a'], ['b']]);
    await expect(painter.read!(['fail'])).rejects.toThrow('no vocabulary');
    await expect(painter.read!(['crash'])).rejects.toThrow(/ended with code 3/);
    await expect(painter.read!(['a'])).rejects.toThrow(/ended with code 3/);
  });

  it('throws what opening threw, with its hint', async () => {
    const error = await open('missing').catch((thrown) => thrown);
    expect(T2iError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'ERR_CHECKPOINT', message: 'There is no checkpoint.', hint: 'Train first.' });
    await expect(open('broken')).rejects.toThrow('x is not a function');
    const module = new URL('./__fixtures__/nothing.mjs', import.meta.url);
    await expect(openWorkerPainter({ module })).rejects.toThrow(/nothing\.mjs/);
  });

  it('passes warnings on', async () => {
    const warnings: string[] = [];
    await open('old', { onWarning: (message) => warnings.push(message) });
    expect(warnings).toEqual(['the newest checkpoint is damaged']);
  });

  it('is lost when a pass takes too long, and its thread ends', async () => {
    const painter = await open('r1', { passTimeout: 300 });
    expect(await painter.paint([cell('a')])).toHaveLength(1);
    await expect(painter.paint([cell('loop')])).rejects.toThrow(/a pass took more than \d+ s: .* stuck/);
    expect((await painter.lost)?.message).toMatch(/stuck/);
    await expect(painter.paint([cell('a')])).rejects.toThrow(/stuck/);
    await painter.dispose();
  });

  it.skipIf(process.platform === 'win32')('says when its thread cannot be ended', async () => {
    await withTemporaryDirectory(async (directory) => {
      const pipe = join(directory, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const painter = await openWorkerPainter({ ...WORKER, data: { revision: 'r1', pipe } });
      const stuck = painter.paint([cell('backend')]);
      const rejected = expect(stuck).rejects.toThrow(/cannot be ended/);
      await expect(Promise.resolve(painter.dispose())).rejects.toThrow(StuckThreadError);
      await rejected;
      await writeFile(pipe, 'go on'); // or this process would not end
    });
  });

  it('stops opening when it is told to', async () => {
    const signal = AbortSignal.timeout(1000);
    await expect(openWorkerPainter({ ...WORKER, data: { revision: 'endless' }, signal })).rejects.toThrow(/given up/);
  });

  it('rejects a pass that fails and goes on; rejects all when the thread dies', async () => {
    const painter = await open('r1');
    await expect(painter.paint([cell('fail')])).rejects.toThrow('out of memory');
    expect(await painter.paint([cell('a')])).toHaveLength(1);
    const [last, never] = [painter.paint([cell('crash')]), painter.paint([cell('a')])];
    await expect(last).rejects.toThrow(/ended with code 3/);
    await expect(never).rejects.toThrow(/ended with code 3/);
    expect((await painter.lost)?.message).toMatch(/code 3/);
    await expect(painter.paint([cell('a')])).rejects.toThrow();
  });
});
