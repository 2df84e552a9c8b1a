import { mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckpointError } from '@t2i/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FilmSettings } from '../samples.ts';
import { mockApp, mockServed } from '../test-support.ts';

let directory: string;
let epochs = [0, 1];
const nameOf = (epoch: number) => `epoch-${epoch}.png`;
const pathOf = (epoch: number) => join(directory, nameOf(epoch));
const film = vi.fn(async ({ width }: FilmSettings) => Uint8Array.of(width % 256));
const samples = { list: async () => epochs.map((epoch) => ({ epoch, directory, name: nameOf(epoch) })), film };
const app = await mockApp({ models: [await mockServed({ samples }), await mockServed({ name: 'bare' })] });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 't2i-samples-'));
  for (const epoch of [0, 1, 2]) await writeFile(pathOf(epoch), `sheet ${epoch}`);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('GET /v1/samples', () => {
  it('lists the sheets with immutable URLs', async () => {
    const { run, sheets } = await (await app.request('/v1/samples/mock')).json();
    expect([run, sheets.map(({ epoch }: { epoch: number }) => epoch)]).toEqual(['mock', [0, 1]]);
    const response = await app.request(sheets[1].url);
    expect([response.status, await response.text()]).toEqual([200, 'sheet 1']);
    expect(response.headers.get('Content-Type')).toBe('image/png');
    expect(response.headers.get('Cache-Control')).toMatch(/immutable/);
  });

  it('changes the URL of a sheet that changed', async () => {
    const urlOf = async () => (await (await app.request('/v1/samples/mock')).json()).sheets[0].url as string;
    const before = await urlOf();
    await utimes(pathOf(0), 1, 1);
    expect(await urlOf()).not.toBe(before);
    expect((await app.request(before)).headers.get('Cache-Control')).toBe('no-cache');
  });

  it('answers 304 for a cached sheet', async () => {
    const tag = (await app.request('/v1/samples/mock/1')).headers.get('ETag')!;
    const again = await app.request('/v1/samples/mock/1', { headers: { 'If-None-Match': tag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it.each(['mock/2', 'mock/-1', 'mock/01', 'mock/..%2f..%2fsecret', 'bare', 'bare/0', 'none', 'none/0'])(
    'has no %s',
    async (path) => {
      const response = await app.request(`/v1/samples/${path}`);
      expect([response.status, response.headers.get('Content-Type')]).toEqual([404, 'application/problem+json']);
    },
  );
});

it.skipIf(process.platform === 'win32')('serves no sheet that is a link to elsewhere', async () => {
  await symlink('/etc/passwd', pathOf(3));
  const linked = await mockServed({
    samples: { ...samples, list: async () => [{ epoch: 3, directory, name: nameOf(3) }] },
  });
  const served = await mockApp({ models: [linked] });
  expect((await served.request('/v1/samples/mock/3')).status).toBe(404);
});

describe('GET /v1/film/<run>', () => {
  it('makes one film per state of the run', async () => {
    const [first, second] = await Promise.all([app.request('/v1/film/mock'), app.request('/v1/film/mock')]);
    expect([first.headers.get('Content-Type'), await first.text()]).toEqual(['image/webp', await second.text()]);
    expect(film.mock.calls).toEqual([[{ fps: 8, maxFrames: 100, width: 400 }]]);
    const tag = first.headers.get('ETag')!;
    expect((await app.request('/v1/film/mock', { headers: { 'If-None-Match': tag } })).status).toBe(304);
    epochs = [0, 1, 2];
    const longer = await app.request('/v1/film/mock', { headers: { 'If-None-Match': tag } });
    expect([longer.status, film.mock.calls.length]).toEqual([200, 2]);
  });

  it('makes one film at a time and limits the queue', async () => {
    let making = 0;
    let begin: () => void = () => {};
    const allAsked = new Promise<void>((resolve) => {
      begin = resolve;
    });
    film.mockImplementation(async () => {
      making += 1;
      expect(making).toBe(1);
      await allAsked;
      making -= 1;
      return Uint8Array.of(1);
    });
    let refused = 0;
    const ask = async (fps: number) => {
      const { status } = await app.request(`/v1/film/mock?fps=${fps}`);
      if (status === 429) refused += 1;
      if (refused === 2) begin();
      return status;
    };
    const statuses = await Promise.all([1, 2, 3, 4, 5, 6].map(ask));
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    expect((await app.request('/v1/film/mock?fps=6')).status).toBe(200);
  });

  it('tries again after a failure', async () => {
    film.mockRejectedValueOnce(new Error('the disk is full'));
    expect((await app.request('/v1/film/mock?fps=20')).status).toBe(500);
    expect((await app.request('/v1/film/mock?fps=20')).status).toBe(200);
  });

  it('changes when any sheet changes', async () => {
    const tagOf = async () => (await app.request('/v1/film/mock')).headers.get('ETag');
    const before = await tagOf();
    await utimes(pathOf(0), 2, 2);
    expect(await tagOf()).not.toBe(before);
  });

  it('reports a failure without local paths', async () => {
    film.mockRejectedValueOnce(new CheckpointError(`${directory} is not of the size of the sheets before it.`));
    const response = await app.request('/v1/film/mock?fps=21');
    expect([response.status, await response.text()]).toEqual([404, expect.not.stringContaining(directory)]);
  });

  it.each(['mock?fps=0', 'mock?width=5000', 'mock?frames=1'])('rejects %s', async (path) => {
    expect((await app.request(`/v1/film/${path}`)).status).toBe(400);
  });

  it('answers 404 for a run without samples', async () => {
    epochs = [];
    expect((await app.request('/v1/film/mock')).status).toBe(404);
    expect((await app.request('/v1/film/bare')).status).toBe(404);
  });
});
