import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LoadProgress } from '../image-source.ts';
import { SourceError } from '../image-source.ts';
import type { Answer, Message } from './messages.ts';
import { type BrowserSourceOptions, openBrowserSource } from './open-browser-source.ts';

const FACTS = { name: 'toys', imageSize: 32, epoch: 3 };
const image = new Blob(['x'], { type: 'image/png' });

/** A worker that the test controls. */
class FakeWorker {
  readonly messages: Message[] = [];
  ended = false;
  onmessage: ((event: { data: Answer }) => void) | undefined;
  onerror: ((event: { message: string }) => void) | undefined;

  postMessage(message: Message): void {
    this.messages.push(message);
  }

  terminate(): void {
    this.ended = true;
  }

  answer(answer: Answer): void {
    this.onmessage!({ data: answer });
  }
}

afterEach(() => vi.restoreAllMocks());

function opening(options: Partial<BrowserSourceOptions> = {}) {
  const worker = new FakeWorker();
  const startWorker = () => worker as unknown as Worker;
  return { worker, source: openBrowserSource({ baseUrl: 'https://x.org/model/', startWorker, ...options }) };
}

async function opened() {
  const { worker, source } = opening();
  worker.answer({ id: 1, opened: { backend: 'WebGPU', facts: FACTS } });
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => `blob:${Math.random()}`);
  return { worker, source: await source };
}

describe('opening', () => {
  it('reports its progress, and then the model', async () => {
    const heard: LoadProgress[] = [];
    const { worker, source } = opening({ onProgress: (progress) => heard.push(progress), backend: 'wasm' });
    expect(worker.messages).toEqual([
      { id: 1, order: { kind: 'open', baseUrl: 'https://x.org/model/', backend: 'wasm' } },
    ]);
    worker.answer({ id: 1, progress: { loaded: 1, total: 2 } });
    worker.answer({ id: 1, opened: { backend: 'WebAssembly', facts: FACTS } });
    expect(heard).toEqual([{ loaded: 1, total: 2 }]);
    expect(await source).toMatchObject({ kind: 'browser', backend: 'WebAssembly' });
    expect(await (await source).models()).toEqual([FACTS]);
  });

  it.each([
    ['ERR_FETCH', 'away'],
    ['ERR_CHECKPOINT', 'broken'],
    ['ERR_BACKEND', 'broken'],
    [undefined, 'broken'],
  ])('that fails with %s is %s, and terminates the worker', async (code, kind) => {
    const { worker, source } = opening();
    worker.answer({ id: 1, failure: { code, message: 'No.', hint: 'Try.' } });
    await expect(source).rejects.toMatchObject({ kind, message: expect.stringContaining('No.') });
    await expect(source).rejects.toThrow(SourceError);
    expect(worker.ended).toBe(true);
  });

  it('terminates the worker when it is aborted', async () => {
    const stop = new AbortController();
    const { worker, source } = opening({ signal: stop.signal });
    stop.abort('gone');
    await expect(source).rejects.toBe('gone');
    expect(worker.ended).toBe(true);
    await expect(opening({ signal: stop.signal }).source).rejects.toBe('gone');
  });

  it('fails when the worker cannot be loaded', async () => {
    const { worker, source } = opening();
    worker.onerror!({ message: 'blocked' });
    await expect(source).rejects.toMatchObject({ kind: 'broken', message: expect.stringContaining('blocked') });
  });
});

describe('an opened source', () => {
  it('returns images with what reproduces them', async () => {
    const { worker, source } = await opened();
    const generating = source.generate({ model: 'toys', caption: 'a rose', seed: 7, count: 2, like: [1] });
    expect(worker.messages.at(-1)).toEqual({
      id: 2,
      order: { kind: 'generate', caption: 'a rose', seed: 7, count: 2, like: [1] },
    });
    worker.answer({ id: 2, images: [image, image] });
    const url = expect.stringMatching(/^blob:/);
    expect(await generating).toEqual([0, 1].map((index) => ({ url, caption: 'a rose', seed: 7, index })));
    const typed = source.generate({ caption: 'a quantum rose', seed: 7, count: 1 });
    const unread = { unknown: ['quantum'], corrected: [], cut: '' };
    worker.answer({ id: 3, images: [image], unread });
    expect(await typed).toEqual([{ url, caption: 'a quantum rose', seed: 7, index: 0, unread }]);
    const walking = source.interpolate({ from: 'a', to: 'b', seed: 7, steps: 3 });
    worker.answer({ id: 4, images: [image, image, image] });
    expect((await walking).map(({ caption }) => caption)).toEqual(['a', 'a', 'b']);
  });

  it('forwards an abort to the worker and ignores late answers', async () => {
    const { worker, source } = await opened();
    const stop = new AbortController();
    const generating = source.generate({ caption: 'a rose', seed: 7, count: 64 }, stop.signal);
    stop.abort('enough');
    await expect(generating).rejects.toBe('enough');
    expect(worker.messages.at(-1)).toEqual({ id: 2, abort: true });
    worker.answer({ id: 2, images: [image] });
    expect(URL.createObjectURL).not.toHaveBeenCalled();
    await expect(source.generate({ caption: 'a', seed: 1, count: 1 }, stop.signal)).rejects.toBe('enough');
  });

  it('rejects pending requests when it is disposed, and captions that the encoder rejects', async () => {
    const { worker, source } = await opened();
    const refused = source.generate({ caption: ' ', seed: 7, count: 1 });
    worker.answer({ id: 2, failure: { code: 'ERR_CONFIG', message: 'Caption 1 of 1 is empty.', hint: undefined } });
    await expect(refused).rejects.toMatchObject({ kind: 'refused', message: 'Caption 1 of 1 is empty.' });
    const waiting = source.generate({ caption: 'a', seed: 7, count: 1 });
    source.dispose!();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(worker.ended).toBe(true);
  });
});
