import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../listen.ts';
import { mockApp, mockServed } from '../test-support.ts';

const HASH = 'a'.repeat(64);
/** More than a stream reads at once. */
const WEIGHTS = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);

let directory: string;
const files = async () => [
  { name: 'model.json', directory },
  { name: 'generator.safetensors', directory, sha256: HASH },
  { name: 'gone.safetensors', directory, sha256: HASH },
];
const app = await mockApp({ models: [await mockServed({ files }), await mockServed({ name: 'run' })] });
const address = '/v1/model-files/mock/generator.safetensors';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 't2i-model-files-'));
  await writeFile(join(directory, 'model.json'), '{"format":"t2i/model"}');
  await writeFile(join(directory, 'generator.safetensors'), WEIGHTS);
  await mkdir(join(directory, 'model'));
  await writeFile(join(directory, 'model/secret.json'), 'secret');
  await writeFile(join(directory, 'secret.json'), 'secret');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('GET /v1/model-files', () => {
  it.skipIf(process.platform === 'win32')('gives no file that is a link to elsewhere', async () => {
    await symlink('/etc/passwd', join(directory, 'linked.safetensors'));
    const linked = await mockServed({ files: async () => [{ name: 'linked.safetensors', directory, sha256: HASH }] });
    const served = await mockApp({ models: [linked] });
    expect((await served.request('/v1/model-files/mock/linked.safetensors')).status).toBe(404);
  });

  it('serves the listed files with their media types', async () => {
    const manifest = await app.request('/v1/model-files/mock/model.json');
    expect([manifest.status, await manifest.json()]).toEqual([200, { format: 't2i/model' }]);
    expect(manifest.headers.get('Content-Type')).toMatch(/^application\/json/);
    expect(manifest.headers.get('Cache-Control')).toBe('no-cache');
    const weights = await app.request(address);
    expect(weights.headers.get('Content-Type')).toBe('application/octet-stream');
    expect(weights.headers.get('Cache-Control')).toBe('no-cache');
    expect(new Uint8Array(await weights.arrayBuffer())).toEqual(WEIGHTS);
  });

  it('makes files requested by hash immutable, and answers 409 for another hash', async () => {
    const weights = await app.request(`${address}?sha256=${HASH}`);
    expect([weights.status, weights.headers.get('Cache-Control')]).toEqual([200, expect.stringMatching(/immutable/)]);
    await weights.body?.cancel();
    for (const [file, sha256] of [
      ['generator.safetensors', 'b'.repeat(64)],
      ['model.json', HASH],
    ]) {
      const other = await app.request(`/v1/model-files/mock/${file}?sha256=${sha256}`);
      expect([other.status, (await other.json()).type]).toEqual([409, 'urn:t2i:problem:revision-changed']);
    }
  });

  it('answers 304 for a cached file until it changes', async () => {
    const ask = async (tag: string) => (await app.request(address, { headers: { 'If-None-Match': tag } })).status;
    const tag = (await app.request(address)).headers.get('ETag')!;
    expect(await ask(tag)).toBe(304);
    await utimes(join(directory, 'generator.safetensors'), 1, 1);
    expect(await ask(tag)).toBe(200);
  });

  it('answers HEAD with the length, and survives a disconnect', async () => {
    const server = await listen(app, { port: 0 });
    try {
      const head = await fetch(server.url + address, { method: 'HEAD' });
      expect([head.status, head.headers.get('Content-Length')]).toEqual([200, `${WEIGHTS.length}`]);
      const hangUp = new AbortController();
      await fetch(server.url + address, { signal: hangUp.signal });
      hangUp.abort();
      const whole = await fetch(server.url + address);
      expect(new Uint8Array(await whole.arrayBuffer())).toEqual(WEIGHTS);
    } finally {
      await server.stop({ grace: 0 });
    }
  });

  it.each([
    'mock/secret.json',
    'mock/gone.safetensors',
    'mock/..%2fsecret.json',
    'mock/model%2fsecret.json',
    'mock/model.json%00',
    'mock/.',
    'mock',
    'mock/',
    'run/model.json',
    'none/model.json',
  ])('answers 404 for %s', async (path) => {
    const response = await app.request(`/v1/model-files/${path}`);
    expect([response.status, response.headers.get('Content-Type')]).toEqual([404, 'application/problem+json']);
    expect(await response.text()).not.toContain(directory);
  });

  it('is reported as the URL of the model for browsers', async () => {
    const models = [await mockServed({ name: 'run' }), await mockServed({ name: 'roses', files })];
    const answer = await (await (await mockApp({ models })).request('/v1/models')).json();
    expect(answer.models).toMatchObject([
      { name: 'run', inBrowser: null },
      { name: 'roses', inBrowser: '/v1/model-files/roses/' },
    ]);
  });
});
