import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { T2iError } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import type { InferenceWorker } from '../inference-worker.ts';
import { mockWorker } from '../test-support.ts';
import { type OpenInferenceWorkerOptions, openInferenceWorker, StuckThreadError } from './open-inference-worker.ts';

const request = (caption: string) => ({ caption, seed: 7, index: 0 });
const opened: InferenceWorker[] = [];
afterEach(async () => {
  for (const worker of opened.splice(0)) await worker.dispose();
});

const WORKER = {
  module: new URL('./__fixtures__/mock-worker.mjs', import.meta.url),
  execArgv: ['--conditions=@t2i/source'],
};

async function open(revision: string, options: Partial<OpenInferenceWorkerOptions> = {}): Promise<InferenceWorker> {
  const worker = await openInferenceWorker({ ...WORKER, data: { revision }, ...options });
  opened.push(worker);
  return worker;
}

describe('openInferenceWorker', () => {
  it('generates the same images as a worker in this thread, and exits when disposed', async () => {
    const [there, here] = [await open('r1'), await mockWorker()];
    expect(there.info).toEqual(here.info);
    const passes = [[request('a red flower')], [request('a blue flower'), request('a rose')]];
    const generated = await Promise.all(passes.map((requests) => there.generate(requests)));
    expect(generated).toEqual(await Promise.all(passes.map((requests) => here.generate(requests))));
    await there.dispose();
    expect((await there.lost)?.message).toMatch(/exited with code 0/);
    await expect(there.generate([request('a')])).rejects.toThrow(/disposed/);
    await there.dispose();
  });

  it('reads captions in its thread between passes, and fails when the thread dies', async () => {
    const worker = await open('r1');
    const [images, readings] = await Promise.all([worker.generate([request('a')]), worker.read!(['a', 'b'])]);
    expect(images).toHaveLength(1);
    expect(readings.map(({ unknown }) => unknown)).toEqual([['a'], ['b']]);
    await expect(worker.read!(['fail'])).rejects.toThrow('no vocabulary');
    await expect(worker.read!(['crash'])).rejects.toThrow(/exited with code 3/);
    await expect(worker.read!(['a'])).rejects.toThrow(/exited with code 3/);
  });

  it('throws the error of opening, with its hint', async () => {
    const error = await open('missing').catch((thrown) => thrown);
    expect(T2iError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'ERR_CHECKPOINT', message: 'There is no checkpoint.', hint: 'Train first.' });
    await expect(open('broken')).rejects.toThrow('x is not a function');
    const module = new URL('./__fixtures__/nothing.mjs', import.meta.url);
    await expect(openInferenceWorker({ module })).rejects.toThrow(/nothing\.mjs/);
  });

  it('forwards warnings', async () => {
    const warnings: string[] = [];
    await open('old', { onWarning: (message) => warnings.push(message) });
    expect(warnings).toEqual(['the newest checkpoint is damaged']);
  });

  it('is lost when a pass takes too long, and its thread is terminated', async () => {
    const worker = await open('r1', { passTimeout: 300 });
    expect(await worker.generate([request('a')])).toHaveLength(1);
    await expect(worker.generate([request('loop')])).rejects.toThrow(/a pass took more than \d+ s: .* stuck/);
    expect((await worker.lost)?.message).toMatch(/stuck/);
    await expect(worker.generate([request('a')])).rejects.toThrow(/stuck/);
    await worker.dispose();
  });

  it.skipIf(process.platform === 'win32')('reports that its thread cannot be terminated', async () => {
    await withTemporaryDirectory(async (directory) => {
      const pipe = join(directory, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const worker = await openInferenceWorker({ ...WORKER, data: { revision: 'r1', pipe } });
      const stuck = worker.generate([request('backend')]);
      const rejected = expect(stuck).rejects.toThrow(/cannot be terminated/);
      await expect(Promise.resolve(worker.dispose())).rejects.toThrow(StuckThreadError);
      await rejected;
      await writeFile(pipe, 'go on'); // otherwise this process would not exit
    });
  });

  it('stops opening when it is aborted', async () => {
    const signal = AbortSignal.timeout(1000);
    await expect(openInferenceWorker({ ...WORKER, data: { revision: 'endless' }, signal })).rejects.toThrow(/aborted/);
  });

  it('rejects a failed pass and continues; rejects all passes when the thread dies', async () => {
    const worker = await open('r1');
    await expect(worker.generate([request('fail')])).rejects.toThrow('out of memory');
    expect(await worker.generate([request('a')])).toHaveLength(1);
    const [last, never] = [worker.generate([request('crash')]), worker.generate([request('a')])];
    await expect(last).rejects.toThrow(/exited with code 3/);
    await expect(never).rejects.toThrow(/exited with code 3/);
    expect((await worker.lost)?.message).toMatch(/code 3/);
    await expect(worker.generate([request('a')])).rejects.toThrow();
  });
});
