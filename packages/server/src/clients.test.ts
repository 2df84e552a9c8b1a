import { writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { withTemporaryFolder } from '@t2i/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppOptions } from './app.ts';
import { type Listening, type ListenOptions, listen } from './listen.ts';
import { createLogger } from './logger.ts';
import { heard, open, request, send, statusOf } from './socket-test-support.ts';
import { mockApp } from './test-support.ts';

let server: Listening | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.stop({ grace: 0 });
  server = undefined;
});

async function start(options: ListenOptions = {}, app: Partial<AppOptions> = {}): Promise<Listening> {
  server = await listen(await mockApp(app), { port: 0, ...options });
  return server;
}

function connected(running: Listening): Promise<Socket> {
  const socket = open(running);
  sockets.push(socket);
  return new Promise((resolve) => socket.once('connect', () => resolve(socket)));
}

describe('a client', () => {
  it('has so many connections at once and no more, and others when it closes some', async () => {
    const running = await start({ maxClientConnections: 3 });
    const held = [await connected(running), await connected(running), await connected(running)];
    expect(await heard(await connected(running))).toMatch(/^HTTP\/1\.1 429 .*urn:t2i:problem:too-many-connections/s);
    for (const socket of held) socket.destroy();
    await expect.poll(async () => statusOf(await send(running, request('/healthz')))).toBe(200);
  });

  it('that goes away while it sends a body is logged as 499, without a stack', async () => {
    const lines: string[] = [];
    const running = await start({}, { logger: createLogger({ stream: { write: (line) => void lines.push(line) } }) });
    const head = (length: string) =>
      `POST /v1/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;
    const bodies = [`${head('Content-Length: 1000')}{`, `${head('Transfer-Encoding: chunked')}5\r\n{"cap`];
    for (const [i, leave] of [
      (socket: Socket) => socket.destroy(),
      (socket: Socket) => socket.resetAndDestroy(),
      (socket: Socket) => socket.end(),
    ].entries()) {
      for (const [j, bytes] of bodies.entries()) {
        const socket = await connected(running);
        socket.write(bytes);
        await new Promise((resolve) => setTimeout(resolve, 50));
        leave(socket);
        await expect.poll(() => lines.length).toBe(2 * i + j + 1);
      }
    }
    const entries = lines.map((line) => JSON.parse(line));
    for (const entry of entries) {
      expect(entry).toMatchObject({ status: 499, problem: 'client-gone', route: '/v1/generate' });
      expect(entry).not.toHaveProperty('err');
    }
  });
});

describe('an answer', () => {
  /** How much a client hears of a file of 16 MiB, larger than the buffers between them, when it takes `bytes` every 20 ms. */
  async function read(running: Listening, bytes: number, atOnceAfter = Number.POSITIVE_INFINITY): Promise<number> {
    const socket = await connected(running);
    socket.pause();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(request('/large.bin'));
    let taken = 0;
    for (let turn = 0; turn < atOnceAfter && taken < 2 ** 24; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      taken += socket.read(Math.min(bytes, socket.readableLength))?.length ?? 0;
    }
    socket.on('data', (chunk) => {
      taken += chunk.length;
    });
    socket.on('end', () => socket.end()).resume();
    await closed;
    return taken;
  }

  const withLargeFile = (options: ListenOptions, use: (running: Listening) => Promise<void>) =>
    withTemporaryFolder(async (page) => {
      await writeFile(join(page, 'large.bin'), new Uint8Array(2 ** 24));
      await use(await start(options, { page }));
    });

  it('is cut when its client takes a few bytes now and then, while others have theirs', () =>
    withLargeFile({ minRate: 2 ** 18, rateWindow: 400 }, async (running) => {
      const slow = Array.from({ length: 20 }, () => read(running, 64, 100));
      expect(statusOf(await send(running, request('/text/a')))).toBe(200);
      for (const taken of await Promise.all(slow)) expect(taken).toBeLessThan(2 ** 24); // and then at once what there is
    }));

  it('is not cut when its client takes it slowly but steadily, or has to wait for it', () =>
    withLargeFile({ minRate: 2 ** 10, rateWindow: 2000 }, async (running) => {
      expect(await read(running, 2 ** 17)).toBeGreaterThan(2 ** 24);
    }));
});
