import { describe, expect, it } from 'vitest';
import { openServerSource } from './server-source.ts';

const BASE = 'https://flowers.example/draw/';

type Answer = Response | Error;

/** A source whose server gives these responses by path, and the requests to it. */
function sourceWith(answers: Readonly<Record<string, () => Answer>>) {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetch = async (input: unknown, init: RequestInit = {}) => {
    const url = new URL(String(input));
    asked.push({ url: url.href, init });
    const path = url.pathname.replace('/draw/v1/', '') + url.search;
    const answer = (answers[path] ?? (() => new Response('nothing here', { status: 404 })))();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const cut = async (strip: Blob, count: number) => Array.from({ length: count }, () => strip);
  return { source: openServerSource({ baseUrl: BASE, fetch: fetch as typeof globalThis.fetch, cut }), asked };
}

const json =
  (body: unknown, status = 200, headers = {}) =>
  () =>
    new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
const problem =
  (status: number, detail: string, headers = {}) =>
  () =>
    new Response(JSON.stringify({ detail, status }), {
      status,
      headers: { 'Content-Type': 'application/problem+json', ...headers },
    });
const MODELS = {
  models: [
    { name: 'roses', ready: true, samples: true, inBrowser: '/v1/model-files/roses/' },
    { name: 'tulips', ready: true, samples: false, inBrowser: null },
    { name: 'late', ready: false, samples: true, inBrowser: null },
  ],
};
const served = {
  models: json(MODELS),
  'model?model=roses': json({ imageSize: 64, epoch: 30, dataset: { name: 'oxford-102' } }),
  'model?model=tulips': json({ imageSize: 32 }),
};

describe('models', () => {
  it('are the ready ones, with their details', async () => {
    const { source } = sourceWith(served);
    expect(await source.models()).toEqual([
      {
        ...{ name: 'roses', imageSize: 64, epoch: 30, description: 'trained on oxford-102' },
        inBrowser: 'https://flowers.example/draw/v1/model-files/roses/',
      },
      { name: 'tulips', imageSize: 32 },
    ]);
  });

  it('are busy while none is ready', async () => {
    const { source } = sourceWith({ models: json({ models: [{ name: 'late', ready: false, samples: false }] }) });
    await expect(source.models()).rejects.toMatchObject({ kind: 'busy' });
  });

  it.each<[string, () => Answer]>([
    ['a host of files', () => new Response('not found', { status: 404 })],
    ['a host that answers everything with a page', () => new Response('<!doctype html>')],
    ['some other API', json({ hello: 'world' })],
  ])('are absent if %s answers', async (_, models) => {
    const { source } = sourceWith({ models });
    await expect(source.models()).rejects.toMatchObject({ kind: 'absent' });
  });
});

describe('generate', () => {
  const request = { caption: 'A red flower?', seed: 7, count: 2 };

  it('posts the request and returns URLs for <img>', async () => {
    const images = [
      { caption: 'a red flower?', index: 0, data: 'AAAA' },
      { caption: 'a red flower?', index: 1, data: 'BBBB' },
    ];
    const { source, asked } = sourceWith({ generate: json({ images }) });
    expect(await source.generate({ ...request, model: 'roses', like: [3, 1] })).toEqual([
      { caption: 'a red flower?', index: 0, seed: 7, url: 'data:image/png;base64,AAAA' },
      { caption: 'a red flower?', index: 1, seed: 7, url: 'data:image/png;base64,BBBB' },
    ]);
    expect(asked[0]).toMatchObject({ url: `${BASE}v1/generate`, init: { method: 'POST' } });
    expect(JSON.parse(asked[0]!.init.body as string)).toEqual({
      model: 'roses',
      captions: ['A red flower?'],
      perCaption: 2,
      seed: 7,
      like: [3, 1],
    });
  });

  it('says with each image what the model did not read', async () => {
    const unread = { caption: 'A red flower?', unknown: ['quantum'], corrected: [], cut: '' };
    const images = [{ caption: 'a red flower?', index: 0, data: 'AAAA' }];
    const { source } = sourceWith({ generate: json({ images, unread: [unread] }) });
    expect(await source.generate(request)).toMatchObject([{ index: 0, unread }]);
    const { source: other } = sourceWith({ generate: json({ images, unread: [] }) });
    expect((await other.generate(request))[0]).not.toHaveProperty('unread');
  });

  it.each<[string, () => Answer, object]>([
    ['nobody answers', () => new TypeError('Failed to fetch'), { kind: 'away', message: /does not respond/ }],
    ['a proxy answers', () => new Response('<h1>Bad gateway</h1>', { status: 502 }), { kind: 'away' }],
    ['the queue is full', problem(429, 'Full.', { 'Retry-After': '3' }), { kind: 'busy', retryAfter: 3 }],
    ['the model is reopened', problem(503, 'Being opened.'), { kind: 'busy', message: /Being opened/ }],
    ['the deadline has passed', problem(504, 'Too slow.'), { kind: 'busy' }],
    ['the caption is rejected', problem(400, 'Too long.'), { kind: 'refused', message: /Too long/ }],
    ['the server fails', problem(500, 'Its log says more.'), { kind: 'broken' }],
    ['a file host answers', () => new Response('no', { status: 405 }), { kind: 'absent' }],
  ])('reports the problem when %s', async (_, answer, { message = /./, ...expected }: { message?: RegExp }) => {
    const { source } = sourceWith({ generate: answer });
    const error = await source.generate(request).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'SourceError', message: expect.stringMatching(message), ...expected });
  });

  it('rejects with the reason of the signal when it is aborted', async () => {
    const { source } = sourceWith({ generate: () => new DOMException('aborted', 'AbortError') });
    const reason = new Error('not wanted');
    await expect(source.generate(request, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

it('interpolate asks for a strip and cuts it', async () => {
  const strip = () => new Response(new Uint8Array([1, 2, 3]), { headers: { 'Content-Type': 'image/png' } });
  const { source } = sourceWith({ 'interpolate?from=a+b&to=c%26d&seed=7&steps=3&model=roses': strip });
  const images = await source.interpolate({ model: 'roses', from: 'a b', to: 'c&d', seed: 7, steps: 3 });
  expect(images.map(({ caption, seed }) => [caption, seed])).toEqual([
    ['a b', 7],
    ['a b', 7],
    ['c&d', 7],
  ]);
  for (const { url } of images) {
    expect(new Uint8Array(await (await fetch(url)).arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
    URL.revokeObjectURL(url);
  }
});

describe('samples', () => {
  const sheets = [{ epoch: 1, url: '/v1/samples/roses/1?v=x' }];

  it('are fetched if there are any, with URLs beside the page', async () => {
    const { source } = sourceWith({ ...served, 'samples/roses': json({ run: 'roses', sheets }) });
    await source.models();
    const expected = [{ epoch: 1, url: `${BASE}v1/samples/roses/1?v=x` }];
    expect(await source.samples('roses')).toEqual(expected);
    expect(await source.samples()).toEqual(expected);
  });

  it('are empty without a request if the model has none', async () => {
    const { source, asked } = sourceWith(served);
    await source.models();
    const before = asked.length;
    expect(await source.samples('tulips')).toEqual([]);
    expect(asked).toHaveLength(before);
  });
});
