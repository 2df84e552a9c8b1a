import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { mockApp, mockServed } from './test-support.ts';

describe('the rate limit', () => {
  it('counts images per client', async () => {
    const app = await mockApp({ rateLimit: 2, trustProxy: true });
    const ask = (path: string, client: string) =>
      app.request(path, { headers: { 'X-Forwarded-For': `1.1.1.1, ${client}` } });
    const statuses = [];
    for (const path of ['/text/a', '/v1/text/a', '/text/a', '/healthz', '/v1/model']) {
      statuses.push((await ask(path, '2.2.2.2')).status);
    }
    expect(statuses).toEqual([200, 200, 429, 200, 200]);
    const refused = await ask('/text/a', '2.2.2.2');
    expect([refused.headers.get('Retry-After'), (await refused.json()).type]).toEqual([
      '30',
      'urn:t2i:problem:too-many-requests',
    ]);
    expect((await ask('/text/a', '3.3.3.3')).status).toBe(200);
  });

  it('counts every image of a response, but not images that the client already has', async () => {
    const app = await mockApp({ rateLimit: 10 });
    const statusOf = async (path: string, init: RequestInit = {}) => (await app.request(path, init)).status;
    const tag = (await app.request('/text/a?seed=1')).headers.get('ETag')!;
    expect(await statusOf('/text/a?seed=1', { headers: { 'If-None-Match': tag } })).toBe(304);
    expect(await statusOf('/text/a?n=4')).toBe(200); // five images so far
    expect(await statusOf('/v1/interpolate?from=a&to=b&steps=6')).toBe(429);
    const body = JSON.stringify({ captions: ['a', 'b'], perCaption: 2 });
    const headers = { 'Content-Type': 'application/json' };
    expect(await statusOf('/v1/generate', { method: 'POST', headers, body })).toBe(200);
    expect([await statusOf('/text/a'), await statusOf('/text/a')]).toEqual([200, 429]);
  });

  it('counts the frames of a new film', async () => {
    const list = async () => [0, 1, 2, 3].map((epoch) => ({ epoch, directory: '.', name: 'none' }));
    const film = async () => new Uint8Array(1);
    const app = await mockApp({ models: [await mockServed({ samples: { list, film } })], rateLimit: 6 });
    const statusOf = async (path: string) => (await app.request(path)).status;
    expect([await statusOf('/v1/film/mock'), await statusOf('/v1/film/mock')]).toEqual([200, 200]);
    expect([await statusOf('/v1/film/mock?fps=1'), await statusOf('/v1/film/mock?fps=1&frames=2')]).toEqual([429, 200]);
  });

  it('allows ten times as many files, and does not apply to monitoring', async () => {
    await withTemporaryDirectory(async (page) => {
      await writeFile(join(page, 'index.html'), 'flowers');
      const app = await mockApp({ rateLimit: 1, page });
      const paths = ['/', '/index.html', '/v1/models', '/v1/model', '/v1/samples/mock', '/docs', '/openapi.json'];
      for (const path of [...paths, '/', '/', '/']) expect((await app.request(path)).status).not.toBe(429);
      for (const path of paths) expect((await app.request(path)).status).toBe(429);
      for (const path of ['/healthz', '/readyz', '/metrics']) expect((await app.request(path)).status).toBe(200);
    });
  });

  it('treats an IPv6 network as one client and accepts addresses with ports', async () => {
    const app = await mockApp({ rateLimit: 1, trustProxy: true });
    const from = async (client: string) =>
      (await app.request('/text/a', { headers: { 'X-Forwarded-For': client } })).status;
    expect([await from('2001:db8:1:2::1'), await from('[2001:db8:1:2:3::4]:50000')]).toEqual([200, 429]);
    expect([await from('2001:db8:1:3::1'), await from('203.0.113.7:1'), await from('203.0.113.7:2')]).toEqual([
      200, 200, 429,
    ]);
  });

  it('ignores X-Forwarded-For unless it is trusted', async () => {
    const app = await mockApp({ rateLimit: 1 });
    const from = async (client: string) =>
      (await app.request('/text/a', { headers: { 'X-Forwarded-For': client } })).status;
    expect([await from('1.1.1.1'), await from('2.2.2.2')]).toEqual([200, 429]);
  });
});
