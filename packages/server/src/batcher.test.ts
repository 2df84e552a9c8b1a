import { describe, expect, it, vi } from 'vitest';
import { Batcher, type BatcherOptions } from './batcher.ts';
import type { Cell, PainterOptions } from './painter.ts';
import { heldPainter, settled } from './test-support.ts';

const cells = (count: number): Cell[] =>
  Array.from({ length: count }, (_, index) => ({ caption: 'a flower', seed: 1, index }));
const patient = { deadline: 60_000 };
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'drawn',
    (error) => error.code,
  );

/** Its painter takes 4 rows a pass and waits to be released. */
async function held(options: BatcherOptions = {}, painterOptions: Partial<PainterOptions> = {}) {
  const painter = await heldPainter(painterOptions);
  return { painter, batcher: new Batcher(painter, { maxWait: 0, ...options }) };
}

/** Its last pass had company: another request came while it was under way, and went again. */
async function crowded(options: BatcherOptions) {
  const both = await held(options);
  const drawn = both.batcher.submit(cells(1), patient);
  const client = new AbortController();
  both.batcher.submit(cells(1), { ...patient, signal: client.signal }).catch(() => {});
  both.painter.release();
  await drawn;
  await settled();
  client.abort();
  return both;
}

describe('Batcher', () => {
  it('does not let a client wait that comes alone', async () => {
    const { painter, batcher } = await held({ maxWait: 60_000 });
    for (let request = 1; request <= 3; request++) {
      const drawn = batcher.submit(cells(1), patient);
      expect(painter.passes).toHaveLength(request);
      painter.release();
      await drawn;
      await settled();
    }
    expect(painter.passes).toEqual([1, 1, 1]);
  });

  it('waits for as many as there were before, to draw them in one pass', async () => {
    const { painter, batcher } = await crowded({ maxWait: 60_000 });
    const drawn = [batcher.submit(cells(1), patient), batcher.submit(cells(1), patient)];
    expect(painter.passes).toEqual([1, 2]); // one waited for the other
    painter.release();
    expect((await Promise.all(drawn)).map((images) => images.length)).toEqual([1, 1]);
  });

  it('waits no longer than it may', async () => {
    const { painter, batcher } = await crowded({ maxWait: 5 });
    const drawn = batcher.submit(cells(1), patient);
    expect(painter.passes).toEqual([1]);
    await vi.waitUntil(() => painter.passes.length === 2);
    painter.release();
    expect(await drawn).toHaveLength(1);
  });

  it('does not wait when a pass is full', async () => {
    const { painter, batcher } = await crowded({ maxWait: 60_000 });
    const drawn = batcher.submit(cells(4), patient);
    expect(painter.passes).toEqual([1, 4]);
    painter.release();
    expect(await drawn).toHaveLength(4);
  });

  it('gathers while a pass is under way, and hands a full one over ahead', async () => {
    const { painter, batcher } = await held();
    const drawn = [1, 1, 1, 3, 1].map((count) => batcher.submit(cells(count), patient));
    expect(painter.passes).toEqual([1, 4]); // the first alone at once; then 1 + 1 + 2 of 3
    expect(batcher.queued).toBe(2);
    painter.release();
    await drawn[0];
    await settled();
    expect(painter.passes).toEqual([1, 4]); // the rest is not a full pass
    painter.release();
    await settled();
    expect(painter.passes).toEqual([1, 4, 2]);
    painter.release();
    expect((await Promise.all(drawn)).map((images) => images.length)).toEqual([1, 1, 1, 3, 1]);
  });

  it('draws one half while the other asks again, where drawing leaves a processor free', async () => {
    const { painter, batcher } = await held({ maxWait: 60_000 }, { sparesCores: true });
    const ask = () => void batcher.submit(cells(1), patient);
    for (let client = 0; client < 4; client++) ask();
    expect(painter.passes).toEqual([1, 1]); // nobody is known to be around: each goes at once
    painter.release();
    await settled();
    ask(); // four are around: two of them in the pass under way and before it, two wait
    expect(painter.passes).toEqual([1, 1, 2]);
    painter.release();
    await settled();
    ask();
    expect(painter.passes).toEqual([1, 1, 2, 2]);
    for (let pass = 5; pass <= 8; pass++) {
      painter.release();
      await settled();
      ask();
      expect(painter.passes).toHaveLength(pass - 1);
      ask();
      expect(painter.passes.slice(4)).toEqual(Array(pass - 4).fill(2));
    }
  });

  it('splits a large request among passes and gives its images in order', async () => {
    const { painter, batcher } = await held();
    const drawn = batcher.submit(cells(10), patient);
    for (let pass = 0; pass < 3; pass++) {
      painter.release();
      await settled();
    }
    expect(painter.passes).toEqual([4, 4, 2]);
    const direct = await (await heldPainterResults(10)).flat();
    expect((await drawn).map(({ data }) => data[0])).toEqual(direct);
  });

  it('refuses with 429 and the time to wait when the queue is full, and takes again when it is not', async () => {
    const { painter, batcher } = await held({ maxQueue: 4 });
    const first = batcher.submit(cells(4), patient); // under way
    const second = batcher.submit(cells(4), patient); // handed over ahead
    const third = batcher.submit(cells(3), patient); // waits
    const refused = await batcher.submit(cells(2), patient).catch((error) => error);
    expect(refused).toMatchObject({ code: 'queue-full', status: 429, headers: { 'Retry-After': '1' } });
    const fourth = batcher.submit(cells(1), patient);
    for (let pass = 0; pass < 3; pass++) {
      painter.release();
      await settled();
    }
    expect((await Promise.all([first, second, third, fourth])).map((images) => images.length)).toEqual([4, 4, 3, 1]);
  });

  it('gives up at the deadline: 503 in the queue, 504 while drawing, and frees the place', async () => {
    const { painter, batcher } = await held();
    const drawing = codeOf(batcher.submit(cells(1), { deadline: 5 }));
    const waiting = codeOf(batcher.submit(cells(1), { deadline: 5 }));
    expect(await Promise.all([drawing, waiting])).toEqual(['deadline-while-drawing', 'deadline-in-queue']);
    expect(batcher.queued).toBe(0);
    painter.release();
    await settled();
    expect(painter.passes).toEqual([1]);
  });

  it('frees the place of a client that went away', async () => {
    const { painter, batcher } = await held();
    const clients = [1, 4, 3].map((count) => {
      const client = new AbortController();
      return { client, code: codeOf(batcher.submit(cells(count), { ...patient, signal: client.signal })) };
    });
    const [drawing, ahead, waiting] = clients as [(typeof clients)[0], (typeof clients)[0], (typeof clients)[0]];
    expect([painter.passes, batcher.queued]).toEqual([[1, 4], 3]);
    drawing.client.abort();
    waiting.client.abort();
    expect(await Promise.all([drawing.code, waiting.code])).toEqual(['client-gone', 'client-gone']);
    expect(batcher.queued).toBe(0);
    painter.release();
    painter.release();
    expect(await ahead.code).toBe('drawn');
    expect(painter.passes).toEqual([1, 4]);
    const gone = AbortSignal.abort();
    expect(await codeOf(batcher.submit(cells(1), { ...patient, signal: gone }))).toBe('client-gone');
  });

  it('answers 503 to the requests of a pass that failed, and goes on', async () => {
    const { painter, batcher } = await held();
    const failing = codeOf(batcher.submit(cells(1), patient));
    const next = codeOf(batcher.submit(cells(2), patient));
    painter.fail(new Error('out of memory'));
    expect(await failing).toBe('model-unavailable');
    painter.release();
    expect(await next).toBe('drawn');
  });

  it('drains: finishes what was submitted, then disposes', async () => {
    const { painter, batcher } = await held({ maxWait: 1 });
    const drawn = [batcher.submit(cells(6), patient), batcher.submit(cells(1), patient)];
    expect([painter.passes, batcher.queued]).toEqual([[4], 3]);
    const drained = batcher.drain();
    painter.release();
    await vi.waitUntil(() => painter.passes.length === 2);
    expect(painter.disposed).toBe(false);
    painter.release();
    await drained;
    expect(painter.disposed).toBe(true);
    expect((await Promise.all(drawn)).map((images) => images.length)).toEqual([6, 1]);
    const idle = await held();
    await idle.batcher.drain();
    expect(idle.painter.disposed).toBe(true);
  });

  it('reports passes', async () => {
    const onPass = vi.fn();
    const { painter, batcher } = await held({ onPass });
    const drawn = batcher.submit(cells(3), patient);
    painter.release();
    await drawn;
    expect(onPass).toHaveBeenCalledWith({ rows: 3, milliseconds: expect.any(Number) });
  });
});

/** The first byte of each image, drawn one by one. */
async function heldPainterResults(count: number): Promise<number[]> {
  const painter = await heldPainter();
  const firsts: number[] = [];
  for (const cell of cells(count)) {
    const drawn = painter.paint([cell]);
    painter.release();
    firsts.push(((await drawn)[0] as { data: Uint8Array }).data[0]!);
  }
  return firsts;
}
