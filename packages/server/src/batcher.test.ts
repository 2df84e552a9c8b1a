import type { ImageRequest } from '@t2i/core';
import { describe, expect, it, vi } from 'vitest';
import { Batcher, type BatcherOptions } from './batcher.ts';
import type { InferenceWorkerOptions } from './inference-worker.ts';
import { heldWorker, settled } from './test-support.ts';

const requests = (count: number): ImageRequest[] =>
  Array.from({ length: count }, (_, index) => ({ caption: 'a flower', seed: 1, index }));
const patient = { deadline: 60_000 };
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'generated',
    (error) => error.code,
  );

/** Its worker accepts 4 rows per pass and waits to be released. */
async function held(options: BatcherOptions = {}, painterOptions: Partial<InferenceWorkerOptions> = {}) {
  const worker = await heldWorker(painterOptions);
  return { worker, batcher: new Batcher(worker, { maxWait: 0, ...options }) };
}

/** Another request arrived during its last pass and was aborted. */
async function crowded(options: BatcherOptions) {
  const both = await held(options);
  const generated = both.batcher.submit(requests(1), patient);
  const client = new AbortController();
  both.batcher.submit(requests(1), { ...patient, signal: client.signal }).catch(() => {});
  both.worker.release();
  await generated;
  await settled();
  client.abort();
  return both;
}

describe('Batcher', () => {
  it('does not delay a single client', async () => {
    const { worker, batcher } = await held({ maxWait: 60_000 });
    for (let request = 1; request <= 3; request++) {
      const generated = batcher.submit(requests(1), patient);
      expect(worker.passes).toHaveLength(request);
      worker.release();
      await generated;
      await settled();
    }
    expect(worker.passes).toEqual([1, 1, 1]);
  });

  it('waits for as many images as before, to generate them in one pass', async () => {
    const { worker, batcher } = await crowded({ maxWait: 60_000 });
    const generated = [batcher.submit(requests(1), patient), batcher.submit(requests(1), patient)];
    expect(worker.passes).toEqual([1, 2]); // the first waited for the second
    worker.release();
    expect((await Promise.all(generated)).map((images) => images.length)).toEqual([1, 1]);
  });

  it('waits at most maxWait', async () => {
    const { worker, batcher } = await crowded({ maxWait: 5 });
    const generated = batcher.submit(requests(1), patient);
    expect(worker.passes).toEqual([1]);
    await vi.waitUntil(() => worker.passes.length === 2);
    worker.release();
    expect(await generated).toHaveLength(1);
  });

  it('does not wait when a pass is full', async () => {
    const { worker, batcher } = await crowded({ maxWait: 60_000 });
    const generated = batcher.submit(requests(4), patient);
    expect(worker.passes).toEqual([1, 4]);
    worker.release();
    expect(await generated).toHaveLength(4);
  });

  it('collects images during a pass, and hands over a full pass early', async () => {
    const { worker, batcher } = await held();
    const generated = [1, 1, 1, 3, 1].map((count) => batcher.submit(requests(count), patient));
    expect(worker.passes).toEqual([1, 4]); // the first alone at once; then 1, 1 and 2 of 3
    expect(batcher.queued).toBe(2);
    worker.release();
    await generated[0];
    await settled();
    expect(worker.passes).toEqual([1, 4]); // the rest is not a full pass
    worker.release();
    await settled();
    expect(worker.passes).toEqual([1, 4, 2]);
    worker.release();
    expect((await Promise.all(generated)).map((images) => images.length)).toEqual([1, 1, 1, 3, 1]);
  });

  it('generates one half while the other asks again, if a pass leaves a processor idle', async () => {
    const { worker, batcher } = await held({ maxWait: 60_000 }, { sparesCores: true });
    const ask = () => void batcher.submit(requests(1), patient);
    for (let client = 0; client < 4; client++) ask();
    expect(worker.passes).toEqual([1, 1]); // no other clients are known: each starts at once
    worker.release();
    await settled();
    ask(); // four are active: two in the running pass and the one before it, two wait
    expect(worker.passes).toEqual([1, 1, 2]);
    worker.release();
    await settled();
    ask();
    expect(worker.passes).toEqual([1, 1, 2, 2]);
    for (let pass = 5; pass <= 8; pass++) {
      worker.release();
      await settled();
      ask();
      expect(worker.passes).toHaveLength(pass - 1);
      ask();
      expect(worker.passes.slice(4)).toEqual(Array(pass - 4).fill(2));
    }
  });

  it('splits a large request into passes and returns its images in order', async () => {
    const { worker, batcher } = await held();
    const generated = batcher.submit(requests(10), patient);
    for (let pass = 0; pass < 3; pass++) {
      worker.release();
      await settled();
    }
    expect(worker.passes).toEqual([4, 4, 2]);
    const direct = await (await heldPainterResults(10)).flat();
    expect((await generated).map(({ data }) => data[0])).toEqual(direct);
  });

  it('answers 429 with the time to wait while the queue is full', async () => {
    const { worker, batcher } = await held({ maxQueue: 4 });
    const first = batcher.submit(requests(4), patient); // running
    const second = batcher.submit(requests(4), patient); // handed over ahead
    const third = batcher.submit(requests(3), patient); // waits
    const refused = await batcher.submit(requests(2), patient).catch((error) => error);
    expect(refused).toMatchObject({ code: 'queue-full', status: 429, headers: { 'Retry-After': '1' } });
    const fourth = batcher.submit(requests(1), patient);
    for (let pass = 0; pass < 3; pass++) {
      worker.release();
      await settled();
    }
    expect((await Promise.all([first, second, third, fourth])).map((images) => images.length)).toEqual([4, 4, 3, 1]);
  });

  it('fails at the deadline with 503 in the queue or 504 while generating, and frees the place', async () => {
    const { worker, batcher } = await held();
    const generating = codeOf(batcher.submit(requests(1), { deadline: 5 }));
    const waiting = codeOf(batcher.submit(requests(1), { deadline: 5 }));
    expect(await Promise.all([generating, waiting])).toEqual(['deadline-while-generating', 'deadline-in-queue']);
    expect(batcher.queued).toBe(0);
    worker.release();
    await settled();
    expect(worker.passes).toEqual([1]);
  });

  it('frees the place of a client that disconnected', async () => {
    const { worker, batcher } = await held();
    const clients = [1, 4, 3].map((count) => {
      const client = new AbortController();
      return { client, code: codeOf(batcher.submit(requests(count), { ...patient, signal: client.signal })) };
    });
    const [generating, ahead, waiting] = clients as [(typeof clients)[0], (typeof clients)[0], (typeof clients)[0]];
    expect([worker.passes, batcher.queued]).toEqual([[1, 4], 3]);
    generating.client.abort();
    waiting.client.abort();
    expect(await Promise.all([generating.code, waiting.code])).toEqual(['client-gone', 'client-gone']);
    expect(batcher.queued).toBe(0);
    worker.release();
    worker.release();
    expect(await ahead.code).toBe('generated');
    expect(worker.passes).toEqual([1, 4]);
    const gone = AbortSignal.abort();
    expect(await codeOf(batcher.submit(requests(1), { ...patient, signal: gone }))).toBe('client-gone');
  });

  it('answers 503 to the requests of a failed pass, and continues', async () => {
    const { worker, batcher } = await held();
    const failing = codeOf(batcher.submit(requests(1), patient));
    const next = codeOf(batcher.submit(requests(2), patient));
    worker.fail(new Error('out of memory'));
    expect(await failing).toBe('model-unavailable');
    worker.release();
    expect(await next).toBe('generated');
  });

  it('finishes submitted requests when it drains, then disposes', async () => {
    const { worker, batcher } = await held({ maxWait: 1 });
    const generated = [batcher.submit(requests(6), patient), batcher.submit(requests(1), patient)];
    expect([worker.passes, batcher.queued]).toEqual([[4], 3]);
    const drained = batcher.drain();
    worker.release();
    await vi.waitUntil(() => worker.passes.length === 2);
    expect(worker.disposed).toBe(false);
    worker.release();
    await drained;
    expect(worker.disposed).toBe(true);
    expect((await Promise.all(generated)).map((images) => images.length)).toEqual([6, 1]);
    const idle = await held();
    await idle.batcher.drain();
    expect(idle.worker.disposed).toBe(true);
  });

  it('reports passes', async () => {
    const onPass = vi.fn();
    const { worker, batcher } = await held({ onPass });
    const generated = batcher.submit(requests(3), patient);
    worker.release();
    await generated;
    expect(onPass).toHaveBeenCalledWith({ rows: 3, milliseconds: expect.any(Number) });
  });
});

/** The first byte of each image, generated one by one. */
async function heldPainterResults(count: number): Promise<number[]> {
  const worker = await heldWorker();
  const firsts: number[] = [];
  for (const request of requests(count)) {
    const generated = worker.generate([request]);
    worker.release();
    firsts.push(((await generated)[0] as { data: Uint8Array }).data[0]!);
  }
  return firsts;
}
