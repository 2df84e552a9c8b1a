import { describe, expect, it, vi } from 'vitest';
import type { InferenceWorker } from './inference-worker.ts';
import { type ModelSource, ServedModel } from './served-model.ts';
import { type HeldWorker, heldWorker, listLogger, mockWorker, settled } from './test-support.ts';
import { openInferenceWorker } from './worker/open-inference-worker.ts';

const requests = [{ caption: 'a flower', seed: 1, index: 0 }];
const patient = { deadline: 60_000 };

/** A source whose newest revision the test sets. */
function movingSource() {
  const opened: HeldWorker[] = [];
  const source = {
    name: 'moving',
    revision: 'r1',
    opened,
    async open() {
      const worker = await heldWorker({ revision: source.revision });
      opened.push(worker);
      return worker;
    },
    newest: async () => source.revision,
  };
  return source;
}

describe('ServedModel', () => {
  it('opens newer weights without dropping accepted requests', async () => {
    const source = movingSource();
    const model = await ServedModel.open(source, { maxWait: 0 });
    const before = model.revision;
    const accepted = [before.batcher.submit(requests, patient), before.batcher.submit(requests, patient)];
    source.revision = 'r2';
    expect(await model.refresh()).toBe(true);
    expect([before.revision, model.revision.revision]).toEqual(['r1', 'r2']);
    expect([before.batcher.queued, model.queued]).toEqual([1, 1]);
    const later = model.revision.batcher.submit(requests, patient);
    const [old, young] = source.opened as [HeldWorker, HeldWorker];
    young.release();
    expect(await later).toHaveLength(1);
    expect(old.disposed).toBe(false);
    old.release();
    await settled();
    old.release();
    expect((await Promise.all(accepted)).map((images) => images.length)).toEqual([1, 1]);
    await settled();
    expect([old.disposed, young.disposed]).toEqual([true, false]);
    await model.close();
    expect(young.disposed).toBe(true);
  });

  it('opens nothing when nothing is newer, and keeps its worker when the newest revision is the same', async () => {
    const source = movingSource();
    const model = await ServedModel.open(source);
    expect([await model.refresh(), source.opened.length]).toEqual([false, 1]);
    source.newest = async () => 'a damaged checkpoint';
    expect([await model.refresh(), source.opened.length]).toEqual([false, 2]);
    expect(source.opened.map(({ disposed }) => disposed)).toEqual([false, true]);
    expect([await model.refresh(), source.opened.length]).toEqual([false, 2]);
    await model.close();
  });

  it('watches, and keeps the current revision when the newest cannot be opened', async () => {
    const source = movingSource();
    const logger = listLogger();
    const model = await ServedModel.open(source, { watchEvery: 1, logger });
    const { open } = source;
    source.open = () => Promise.reject(new Error('truncated'));
    source.revision = 'r2';
    await vi.waitUntil(() => logger.lines.some((line) => line.includes('truncated')), { timeout: 60_000 });
    expect(model.revision.revision).toBe('r1');
    source.open = open;
    await vi.waitUntil(() => model.revision.revision === 'r2', { timeout: 60_000 });
    await model.close();
  });

  it('is not ready while its worker is lost, and opens a new one', async () => {
    let lose: (error: Error) => void = () => {};
    const open = async (): Promise<InferenceWorker> => ({
      ...(await mockWorker()),
      lost: new Promise<Error>((resolve) => {
        lose = resolve;
      }),
    });
    const model = await ServedModel.open({ name: 'fragile', open });
    lose(new Error('out of memory'));
    await settled();
    expect(model.ready).toBe(false);
    expect(() => model.revision).toThrow(expect.objectContaining({ status: 503 }));
    await vi.waitUntil(() => model.ready, { timeout: 60_000 });
    await model.close();
  });

  it('replaces a stuck worker, and is not ready meanwhile', async () => {
    const worker = { module: new URL('./worker/__fixtures__/mock-worker.mjs', import.meta.url) };
    const options = { ...worker, data: { revision: 'r1' }, execArgv: ['--conditions=@t2i/source'], passTimeout: 100 };
    const model = await ServedModel.open({ name: 'stuck', open: () => openInferenceWorker(options) });
    const generate = (caption: string) =>
      model.revision.batcher.submit([{ caption, seed: 1, index: 0 }], { deadline: 60_000 });
    const first = model.revision;
    await expect(generate('loop')).rejects.toThrow(expect.objectContaining({ status: 503 }));
    expect(model.ready).toBe(false);
    await vi.waitUntil(() => model.ready, { timeout: 60_000 });
    expect(model.revision).not.toBe(first);
    expect(await generate('a')).toHaveLength(1);
    await model.close();
    expect(model.stuck).toBe(0);
  });

  it('closes within its grace period even if a pass or the opening hangs', async () => {
    const held = await heldWorker();
    let lose: (error: Error) => void = () => {};
    const worker: InferenceWorker = {
      ...held,
      generate: (requests) =>
        Promise.race([held.generate(requests), new Promise<never>((_, reject) => (lose = reject))]),
      dispose: () => lose(new Error('ended')),
    };
    const model = await ServedModel.open({ name: 'held', open: async () => worker });
    const generated = model.revision.batcher.submit([{ caption: 'a', seed: 1, index: 0 }], { deadline: 60_000 });
    const failed = expect(generated).rejects.toThrow(/failed while it generated/);
    await model.close({ grace: 50 });
    await failed;

    const never: ModelSource = { name: 'never', open: () => mockWorker(), newest: async () => 'x' };
    const opening = await ServedModel.open(never);
    never.open = () => new Promise(() => {});
    never.newest = async () => 'y';
    void opening.refresh();
    await settled();
    await opening.close({ grace: 50 });
  });

  it('rejects when opening fails', async () => {
    const open = () => Promise.reject(new Error('no checkpoint'));
    await expect(ServedModel.open({ name: 'empty', open })).rejects.toThrow('no checkpoint');
  });
});
