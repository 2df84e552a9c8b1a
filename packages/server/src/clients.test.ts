import { writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { withTemporaryDirectory } from '@t2i/test-utils';
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
  it('gets 429 above its connection limit, and new connections after it closes some', async () => {
    const running = await start({ maxClientConnections: 3 });
    const held = [await connected(running), await connected(running), await connected(running)];
    expect(await heard(await connected(running))).toMatch(/^HTTP\/1\.1 429 .*urn:t2i:problem:too-many-connections/s);
    for (const socket of held) socket.destroy();
    await expect.poll(async () => statusOf(await send(running, request('/healthz')))).toBe(200);
  });

  it('that disconnects while it sends a body is logged as 499, without a stack', async () => {
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

describe('a response', () => {
  const withLargeFile = (options: ListenOptions, use: (running: Listening) => Promise<void>) =>
    withTemporaryDirectory(async (page) => {
      await writeFile(join(page, 'large.bin'), new Uint8Array(2 ** 24));
      await use(await start(options, { page }));
    });

  /** Of both sides, in this process. */
  const openSockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;

  /** Requests the file and reads `bytes` of it every `pause` ms. Reports how many it has read. */
  async function reader(running: Listening, bytes: number, pause: number): Promise<() => number> {
    const socket = await connected(running);
    socket.pause();
    socket.write(request('/large.bin'));
    let taken = 0;
    const reading = setInterval(() => {
      taken += socket.read(Math.min(bytes, socket.readableLength))?.length ?? 0;
    }, pause);
    socket.once('close', () => clearInterval(reading));
    return () => taken;
  }

  it('is cut when its client reads too slowly, while other clients are served', () =>
    withLargeFile({ minRate: 2 ** 16, rateWindow: 400 }, async (running) => {
      for (let i = 0; i < 10; i++) await reader(running, 64, 100);
      const both = openSockets();
      expect(statusOf(await send(running, request('/text/a')))).toBe(200);
      await expect.poll(openSockets, { timeout: 120_000 }).toBeLessThanOrEqual(both - 10); // the server's ends are closed
    }));

  it('is not cut when its client reads slowly but steadily', () =>
    withLargeFile({ minRate: 2 ** 10, rateWindow: 2000 }, async (running) => {
      const taken = await reader(running, 2 ** 17, 20);
      await expect.poll(taken, { timeout: 120_000 }).toBeGreaterThan(2 ** 24);
    }));
});
