import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppOptions } from './app.ts';
import { type Listening, type ListenOptions, listen } from './listen.ts';
import { heard, open, request, send, statusOf } from './socket-test-support.ts';
import { heldWorker, mockApp, mockServed } from './test-support.ts';

let server: Listening | undefined;
afterEach(async () => {
  await server?.stop({ grace: 0 });
  server = undefined;
});

async function start(options: ListenOptions = {}, app: Partial<AppOptions> = {}): Promise<Listening> {
  server = await listen(await mockApp(app), { port: 0, ...options });
  return server;
}

/** The response that every problem has, whichever part rejected the request. */
function expectProblem(answer: string, status = statusOf(answer)): void {
  const [head, body] = answer.split('\r\n\r\n') as [string, string];
  expect(head).toMatch(/^content-type: application\/problem\+json$/im);
  expect(head).toMatch(/^x-content-type-options: nosniff$/im);
  expect(head).toMatch(/^x-request-id: [\w-]{36}$/im);
  expect(JSON.parse(body)).toMatchObject({ status, type: expect.stringMatching(/^urn:t2i:problem:/) });
  expect(statusOf(answer)).toBe(status);
}

describe('listen', () => {
  it('listens on a free loopback port', async () => {
    const { url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const response = await fetch(`${url}/text/${encodeURIComponent('what? 100% a/b #1\n"ü" 🌸')}?seed=7`);
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'image/png']);
    const tag = response.headers.get('ETag')!;
    const again = await fetch(response.url, { headers: { 'If-None-Match': tag }, cache: 'no-store' });
    expect(again.status).toBe(304);
    expect((await fetch(`${url}/text/a`, { method: 'HEAD' })).status).toBe(200);
  });

  it('reports that a port is in use', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    await expect(listen(await mockApp(), { port })).rejects.toThrow(ConfigError);
    await expect(listen(await mockApp(), { port: 0, host: '203.0.113.1' })).rejects.toThrow(/203\.0\.113\.1/);
  });
});

describe('misbehaving clients', () => {
  it('that send their head byte by byte are cut off', async () => {
    const running = await start({ headersTimeout: 150, requestTimeout: 300 });
    const socket = open(running);
    const answer = heard(socket);
    socket.write('GET /text/a HTTP/1.1\r\nX: ');
    const drip = setInterval(() => socket.write('a'), 20);
    expectProblem(await answer, 408);
    clearInterval(drip);
  });

  it('that send their body byte by byte are cut off, while others are served', async () => {
    const running = await start({ headersTimeout: 150, requestTimeout: 300 });
    const socket = open(running);
    const answer = heard(socket);
    socket.write(
      'POST /v1/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n',
    );
    const drip = setInterval(() => socket.write('{'), 20);
    expect((await fetch(`${running.url}/text/a`)).status).toBe(200);
    expect([400, 408]).toContain(statusOf(await answer));
    clearInterval(drip);
  });

  it('that send nothing are cut off', async () => {
    const running = await start({ headersTimeout: 150, requestTimeout: 300 });
    expectProblem(await heard(open(running)), 408);
  });

  it('that do not read their response are cut off', async () => {
    await withTemporaryDirectory(async (page) => {
      await writeFile(join(page, 'large.bin'), new Uint8Array(2 ** 24)); // more than the socket buffers hold
      const running = await start({ idleTimeout: 1000 }, { page });
      const socket = open(running);
      socket.write(request('/large.bin'));
      await new Promise((resolve) => socket.once('data', resolve));
      socket.pause();
      await running.stop({ grace: 600_000 }); // waits for everything accepted
      socket.destroy();
    });
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a head that is too large', request(`/text/${'a'.repeat(20_000)}`), 431],
    ['many headers', request('/text/a', ...Array.from({ length: 3000 }, (_, i) => `X-${i}: aaaaaaaa`)), 431],
    ['no host', 'GET /text/a HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['a host that is none', 'GET /text/a HTTP/1.1\r\nHost: a b/../\r\nConnection: close\r\n\r\n', 400],
    [
      'two lengths',
      'POST /v1/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
      400,
    ],
    [
      'a length and chunks',
      'POST /v1/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    [
      'chunks that are none',
      'POST /v1/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
    ],
    ['a path that climbs', request('/../../../../etc/passwd'), 404],
    ['an encoded path that climbs', request('/v1/samples/mock/..%2f..%2f..%2fetc%2fpasswd'), 404],
    ['backslashes', request('/text\\..\\..\\etc'), 400],
    ['an address of another host', request('http://example.org/etc/passwd'), 404],
    ['a zero byte', request('/text/%00'), 400],
    ['bytes that are no UTF-8', request('/text/\xff\xfe'), 400],
    ['a method that is none', 'BREW /text/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400],
    ['an expectation that is none', request('/text/a', 'Expect: the moon'), 417],
    ['a name that is not of this machine', request('/text/a').replace('localhost', 'flowers.example'), 421],
    ['a CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n', Number.NaN],
  ])('that send %s get 4xx or are cut off, and the server continues', async (_, bytes, status) => {
    const running = await start();
    const answer = await send(running, bytes);
    expect(answer.startsWith('HTTP/1.1 4') || answer === '').toBe(true);
    expect(statusOf(answer)).toBe(status);
    if (answer !== '') expectProblem(answer);
    expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
  });

  it('that send too large a body get 413', async () => {
    const running = await start({}, { limits: { bodyBytes: 1024 } });
    const body = JSON.stringify({ captions: ['a'.repeat(100_000)] });
    const headers = { 'Content-Type': 'application/json' };
    expect((await fetch(`${running.url}/v1/generate`, { method: 'POST', headers, body })).status).toBe(413);
    const chunks = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(body));
      },
    });
    const endless = fetch(`${running.url}/v1/generate`, {
      method: 'POST',
      headers,
      body: chunks,
      duplex: 'half',
    } as RequestInit);
    expect(await endless.then(({ status }) => status).catch(() => 413)).toBe(413); // or the connection is closed while it sends
  });

  it('that disconnect free their place in the queue', async () => {
    const worker = await heldWorker();
    const model = await mockServed({ open: async () => worker });
    const running = await start({}, { models: [model] });
    const first = fetch(`${running.url}/text/a`);
    await expect.poll(() => worker.passes.length).toBe(1);
    const socket = open(running);
    socket.write(request('/text/b'));
    await expect.poll(() => model.queued).toBe(1);
    socket.destroy();
    await expect.poll(() => model.queued).toBe(0);
    worker.release();
    expect((await first).status).toBe(200);
    expect(worker.passes).toEqual([1]);
  });
});

describe('stop', () => {
  it('finishes accepted requests and accepts no more', async () => {
    const worker = await heldWorker();
    const running = await start({}, { models: [await mockServed({ open: async () => worker })] });
    const accepted = fetch(`${running.url}/text/a`);
    const idle = open(running); // a connection without a request must not delay it
    await expect.poll(() => worker.passes.length).toBe(1);
    const stopped = running.stop();
    await expect(fetch(`${running.url}/healthz`)).rejects.toThrow();
    worker.release();
    const response = await accepted;
    expect([response.status, response.headers.get('Connection')]).toEqual([200, 'close']);
    await stopped;
    idle.destroy();
    server = undefined;
  });

  it('closes connections after the grace period', async () => {
    const worker = await heldWorker();
    const running = await start({}, { models: [await mockServed({ open: async () => worker })] });
    const hanging = fetch(`${running.url}/text/a`);
    hanging.catch(() => {});
    await expect.poll(() => worker.passes.length).toBe(1);
    await running.stop({ grace: 10 });
    await expect(hanging).rejects.toThrow();
    server = undefined;
  });
});
