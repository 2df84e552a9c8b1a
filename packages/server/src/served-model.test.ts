import { describe, expect, it, vi } from 'vitest';
import type { Painter } from './painter.ts';
import { type ModelSource, ServedModel } from './served-model.ts';
import { type HeldPainter, heldPainter, listLogger, mockPainter, settled } from './test-support.ts';
import { openWorkerPainter } from './worker/open-worker-painter.ts';

const cells = [{ caption: 'a flower', seed: 1, index: 0 }];
const patient = { deadline: 60_000 };

/** A source whose newest revision the test sets. */
function movingSource() {
  const opened: HeldPainter[] = [];
  const source = {
    name: 'moving',
    revision: 'r1',
    opened,
    async open() {
      const painter = await heldPainter({ revision: source.revision });
      opened.push(painter);
      return painter;
    },
    newest: async () => source.revision,
  };
  return source;
}

describe('ServedModel', () => {
  it('opens newer weights without dropping what the old ones have accepted', async () => {
    const source = movingSource();
    const model = await ServedModel.open(source, { maxWait: 0 });
    const before = model.revision;
    const accepted = [before.batcher.submit(cells, patient), before.batcher.submit(cells, patient)];
    source.revision = 'r2';
    expect(await model.refresh()).toBe(true);
    expect([before.revision, model.revision.revision]).toEqual(['r1', 'r2']);
    expect([before.batcher.queued, model.queued]).toEqual([1, 1]);
    const later = model.revision.batcher.submit(cells, patient);
    const [old, young] = source.opened as [HeldPainter, HeldPainter];
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

  it('opens nothing when nothing is newer, and keeps its own when the newest turns out to be the same', async () => {
    const source = movingSource();
    const model = await ServedModel.open(source);
    expect([await model.refresh(), source.opened.length]).toEqual([false, 1]);
    source.newest = async () => 'a damaged checkpoint';
    expect([await model.refresh(), source.opened.length]).toEqual([false, 2]);
    expect(source.opened.map(({ disposed }) => disposed)).toEqual([false, true]);
    expect([await model.refresh(), source.opened.length]).toEqual([false, 2]);
    await model.close();
  });

  it('watches, and goes on with what it has when the newest cannot be opened', async () => {
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

  it('is not ready while its painter is lost, and opens another', async () => {
    let lose: (error: Error) => void = () => {};
    const open = async (): Promise<Painter> => ({
      ...(await mockPainter()),
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

  it('replaces a painter that is stuck, and is not ready meanwhile', async () => {
    const worker = { module: new URL('./worker/__fixtures__/mock-worker.mjs', import.meta.url) };
    const options = { ...worker, data: { revision: 'r1' }, execArgv: ['--conditions=@t2i/source'], passTimeout: 100 };
    const model = await ServedModel.open({ name: 'stuck', open: () => openWorkerPainter(options) });
    const draw = (caption: string) =>
      model.revision.batcher.submit([{ caption, seed: 1, index: 0 }], { deadline: 60_000 });
    const first = model.revision;
    await expect(draw('loop')).rejects.toThrow(expect.objectContaining({ status: 503 }));
    expect(model.ready).toBe(false);
    await vi.waitUntil(() => model.ready, { timeout: 60_000 });
    expect(model.revision).not.toBe(first);
    expect(await draw('a')).toHaveLength(1);
    await model.close();
    expect(model.stuck).toBe(0);
  });

  it('closes within its grace though a pass does not end, and though opening does not', async () => {
    const held = await heldPainter();
    let lose: (error: Error) => void = () => {};
    const painter: Painter = {
      ...held,
      paint: (cells) => Promise.race([held.paint(cells), new Promise<never>((_, reject) => (lose = reject))]),
      dispose: () => lose(new Error('ended')),
    };
    const model = await ServedModel.open({ name: 'held', open: async () => painter });
    const drawn = model.revision.batcher.submit([{ caption: 'a', seed: 1, index: 0 }], { deadline: 60_000 });
    const failed = expect(drawn).rejects.toThrow(/failed while drawing/);
    await model.close({ grace: 50 });
    await failed;

    const never: ModelSource = { name: 'never', open: () => mockPainter(), newest: async () => 'x' };
    const opening = await ServedModel.open(never);
    never.open = () => new Promise(() => {});
    never.newest = async () => 'y';
    void opening.refresh();
    await settled();
    await opening.close({ grace: 50 });
  });

  it('rejects when there is nothing to open', async () => {
    const open = () => Promise.reject(new Error('no checkpoint'));
    await expect(ServedModel.open({ name: 'empty', open })).rejects.toThrow('no checkpoint');
  });
});
