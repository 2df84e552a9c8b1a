import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { createApp } from './app.ts';
import { createLogger } from './logger.ts';
import { ServedModel } from './served-model.ts';
import { heldWorker, mockApp, mockServed, mockWorker } from './test-support.ts';

describe('monitoring', () => {
  it('reports that the server is alive and ready', async () => {
    const app = await mockApp();
    expect(await (await app.request('/healthz')).json()).toEqual({ status: 'ok' });
    expect(await (await app.request('/readyz')).json()).toEqual({ status: 'ready' });
  });

  it('reports that a model is not ready', async () => {
    const open = async () => ({ ...(await mockWorker()), lost: Promise.resolve(new Error('gone')) });
    const model = await ServedModel.open({ name: 'fragile', open });
    await Promise.resolve();
    const app = await mockApp({ models: [model] });
    const ready = await app.request('/readyz');
    expect([ready.status, (await ready.json()).detail]).toEqual([503, 'Still loading: fragile.']);
    const generated = await app.request('/text/a');
    expect([generated.status, generated.headers.get('Retry-After')]).toEqual([503, '1']);
    await model.close();
  });

  it('reads metrics without text from clients', async () => {
    const app = await mockApp();
    await app.request('/text/a%20secret%20flower');
    await app.request('/nothing/here/secret');
    await app.request('/text/a', { method: 'SECRET' });
    const response = await app.request('/metrics');
    const text = await response.text();
    expect(text).toContain('t2i_requests_total{method="GET",route="/text/{caption}",status="200"} 1');
    expect(text).toContain('t2i_requests_total{method="GET",route="none",status="404"} 1');
    expect(text).toContain('t2i_requests_total{method="other",route="none",status="405"} 1');
    expect(text).toMatch(/t2i_queue_images\{model="mock"\} 0/);
    expect(text).toMatch(/process_resident_memory_bytes/);
    expect(text).not.toMatch(/secret/i);
  });
});

describe('the model', () => {
  it('is described', async () => {
    const open = () => mockWorker({ backend: 'cpu', details: { epoch: 13, weights: { sha256: 'abc' } } });
    const app = await mockApp({ models: [await mockServed({ open }), await mockServed({ name: 'other' })] });
    expect(await (await app.request('/v1/model')).json()).toEqual({
      name: 'mock',
      revision: 'r1',
      imageSize: 8,
      noiseDim: 4,
      embeddingDim: 8,
      encoder: 'mock-8',
      backend: 'cpu',
      passRows: { min: 1, max: 16 },
      sparesCores: false,
      watched: false,
      openedAt: expect.stringMatching(/^\d{4}-/),
      queued: 0,
      epoch: 13,
      weights: { sha256: 'abc' },
    });
    expect((await (await app.request('/v1/model?model=other')).json()).name).toBe('other');
    expect((await app.request('/v1/model?model=none')).status).toBe(404);
    expect(await (await app.request('/v1/models')).json()).toMatchObject({
      models: [{ name: 'mock', ready: true, samples: false }, { name: 'other' }],
      limits: { captionLength: 1000, images: 64 },
    });
  });

  it.each([
    ['no model', []],
    ['two of one name', ['a', 'a']],
    ['a name with a slash', ['a/b']],
    ['an empty name', ['']],
  ])('rejects %s', async (_, names) => {
    const models = await Promise.all(names.map((name) => mockServed({ name })));
    expect(() => createApp({ models })).toThrow(ConfigError);
  });

  it('rejects invalid limits', async () => {
    await expect(mockApp({ limits: { images: 0 } })).rejects.toThrow(/images/);
    await expect(mockApp({ limits: { side: 64, widht: 3 } as never })).rejects.toThrow(/widht/);
  });
});

describe('problems', () => {
  it('name the allowed methods', async () => {
    const app = await mockApp();
    const nothing = await app.request('/v2/text/a');
    expect([nothing.status, (await nothing.json()).type]).toEqual([404, 'urn:t2i:problem:not-found']);
    const wrong = await app.request('/v1/generate');
    expect([wrong.status, wrong.headers.get('Allow')]).toEqual([405, 'POST']);
    expect(wrong.headers.get('Content-Type')).toBe('application/problem+json');
    expect((await app.request('/text/a', { method: 'DELETE' })).headers.get('Allow')).toBe('GET, HEAD');
  });

  it('of the program are logged, not shown', async () => {
    const lines: string[] = [];
    const logger = createLogger({ stream: { write: (line) => void lines.push(line) } });
    const freshSeed = () => {
      throw new Error('a secret path');
    };
    const app = await mockApp({ logger, freshSeed });
    const response = await app.request('/text/a');
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('secret')]);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 50, msg: 'internal-error', err: { message: 'a secret path' } },
      { level: 30, status: 500 },
    ]);
  });

  it('of the program are logged once for all failed requests, expected ones never', async () => {
    const lines: string[] = [];
    const logger = createLogger({ stream: { write: (line) => void lines.push(line) } });
    const worker = await heldWorker();
    const model = await mockServed({ open: async () => worker });
    const app = await mockApp({ logger, models: [model] });
    const first = app.request('/text/a');
    const asked = [1, 2, 3].map(() => app.request('/text/a'));
    await expect.poll(() => model.queued).toBe(3);
    worker.release();
    await first;
    await expect.poll(() => worker.passes.length).toBe(2);
    worker.fail(new Error('out of memory'));
    for (const response of await Promise.all(asked)) expect(response.status).toBe(503);
    await model.close();
    for (let i = 0; i < 5; i++) expect((await app.request('/text/a')).status).toBe(503); // no worker is open
    const entries = lines.map((line) => JSON.parse(line));
    expect(entries.filter(({ err }) => err !== undefined)).toMatchObject([{ err: { message: 'out of memory' } }]);
    expect(entries.filter(({ problem }) => problem === 'model-unavailable')).toHaveLength(8);
  });

  it('of a caption that the encoder rejects are client errors', async () => {
    const worker = { ...(await mockWorker()), generate: async () => [{ rejected: 'no known word' }] };
    const app = await mockApp({ models: [await mockServed({ open: async () => worker })] });
    const response = await app.request('/text/a');
    expect([response.status, (await response.json()).detail]).toEqual([400, 'no known word']);
  });

  it('of a disconnected client free its place', async () => {
    const worker = await heldWorker();
    const model = await mockServed({ open: async () => worker });
    const app = await mockApp({ models: [model] });
    const running = app.request('/text/a');
    const client = new AbortController();
    const waiting = app.request(new Request('http://localhost/text/b', { signal: client.signal }));
    await expect.poll(() => model.queued).toBe(1);
    client.abort();
    expect((await waiting).status).toBe(499);
    expect(model.queued).toBe(0);
    worker.release();
    expect((await running).status).toBe(200);
  });
});

describe('the log', () => {
  const logged = async (options: object, ...requests: string[]) => {
    const lines: string[] = [];
    const logger = createLogger({ stream: { write: (line) => void lines.push(line) } });
    const app = await mockApp({ logger, ...options });
    for (const request of requests) await app.request(request);
    return lines;
  };

  it('has a line per request, without the caption', async () => {
    const lines = await logged({}, '/text/secret?n=2', '/v1/interpolate?from=secret&to=secret', '/secret');
    expect(lines.join()).not.toContain('secret');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        msg: 'request',
        route: '/text/{caption}',
        status: 200,
        model: 'mock',
        images: 2,
        requestId: expect.any(String),
      },
      { route: '/v1/interpolate', status: 200, images: 8, ms: expect.any(Number) },
      { route: 'none', status: 404 },
    ]);
  });

  it('has the captions if the owner enables them', async () => {
    const [line] = await logged({ logCaptions: true }, '/text/A%20pink%20flower');
    expect(JSON.parse(line!).captions).toEqual(['a pink flower']);
  });

  it('has the request id of the response', async () => {
    const app = await mockApp();
    for (const path of ['/text/a', '/text/', '/v1/models', '/nothing']) {
      const response = await app.request(path, { headers: { 'X-Request-Id': 'mine-1' } });
      expect(response.headers.get('X-Request-Id')).toBe('mine-1');
    }
    expect((await app.request('/text/a')).headers.get('X-Request-Id')).toMatch(/^[\w-]{36}$/);
  });
});

describe('other origins', () => {
  it('may show images but not read them', async () => {
    const response = await (await mockApp()).request('/text/a', { headers: { Origin: 'https://a.example' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
    expect(response.headers.get('Cross-Origin-Resource-Policy')).toBeNull();
  });

  it('may read if they are allowed', async () => {
    const app = await mockApp({ corsOrigins: ['https://a.example'] });
    const from = async (origin: string) =>
      (await app.request('/text/a', { headers: { Origin: origin } })).headers.get('Access-Control-Allow-Origin');
    expect([await from('https://a.example'), await from('https://b.example')]).toEqual(['https://a.example', null]);
    const preflight = await app.request('/v1/generate', {
      method: 'OPTIONS',
      headers: { Origin: 'https://a.example', 'Access-Control-Request-Method': 'POST' },
    });
    expect([preflight.status, preflight.headers.get('Access-Control-Allow-Methods')]).toEqual([204, 'GET,HEAD,POST']);
  });
});

describe('the page', () => {
  it('may have a model for browsers beside it, which is reported for the first model', async () => {
    await withTemporaryDirectory(async (page) => {
      const published = await mockServed({
        name: 'published',
        files: async () => [{ name: 'model.json', directory: page }],
      });
      const app = await mockApp({ models: [await mockServed(), published], page });
      const inBrowser = async () => {
        const { models } = await (await app.request('/v1/models')).json();
        return models.map((model: { inBrowser: string | null }) => model.inBrowser);
      };
      expect(await inBrowser()).toEqual([null, '/v1/model-files/published/']);
      await mkdir(join(page, 'model'));
      await writeFile(join(page, 'model/model.json'), '{}');
      expect(await inBrowser()).toEqual(['/model/', '/v1/model-files/published/']);
      expect((await app.request('/model/model.json')).headers.get('Content-Type')).toMatch(/json/);
      expect((await (await mockApp()).request('/v1/models')).status).toBe(200);
    });
  });

  it('is served beside the API, without access outside its directory', async () => {
    await withTemporaryDirectory(async (directory) => {
      const page = join(directory, 'page');
      await mkdir(join(page, 'assets'), { recursive: true });
      await writeFile(join(page, 'index.html'), '<h1>flowers</h1>');
      await writeFile(join(page, 'assets/main-Dx3f9a_1.js'), 'export {};');
      await writeFile(join(page, '.env'), 'secret');
      await writeFile(join(directory, 'secret.txt'), 'secret');
      await symlink(directory, join(page, 'outside'));
      await symlink(join(directory, 'secret.txt'), join(page, 'linked.txt'));
      const app = await mockApp({ page });
      const root = await app.request('/');
      expect([await root.text(), root.headers.get('Cache-Control')]).toEqual(['<h1>flowers</h1>', 'no-cache']);
      const script = await app.request('/assets/main-Dx3f9a_1.js');
      expect(script.headers.get('Content-Type')).toMatch(/javascript/);
      expect(script.headers.get('Cache-Control')).toMatch(/immutable/);
      const tag = root.headers.get('ETag')!;
      expect((await app.request('/', { headers: { 'If-None-Match': tag } })).status).toBe(304);
      for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/..%2f..%2fsecret.txt']) {
        expect((await app.request(path)).status).toBe(404);
      }
      for (const path of [
        '/.env',
        '/%2eenv',
        '/..%5csecret.txt',
        '/index.html%00.js',
        '//etc/passwd',
        '/%ff',
        '/assets',
        '/outside/secret.txt',
        '/linked.txt',
      ]) {
        expect((await app.request(path)).status).toBe(404);
      }
      expect((await app.request('/text/a')).headers.get('Content-Type')).toBe('image/png');
      expect((await app.request('/docs')).status).toBe(200);
    });
  });
});
