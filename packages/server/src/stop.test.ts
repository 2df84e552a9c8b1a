import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { type Listening, listen } from './listen.ts';
import { heard, open, request, send, statusesIn, statusOf } from './socket-test-support.ts';
import { type HeldWorker, heldWorker, mockApp, mockServed } from './test-support.ts';

let server: Listening | undefined;
afterEach(async () => {
  await server?.stop({ grace: 0 });
  server = undefined;
});

async function start(): Promise<Listening> {
  server = await listen(await mockApp(), { port: 0 });
  return server;
}

async function startHeld(): Promise<{ running: Listening; worker: HeldWorker }> {
  const worker = await heldWorker();
  server = await listen(await mockApp({ models: [await mockServed({ open: async () => worker })] }), { port: 0 });
  return { running: server, worker };
}

/** A thread that opens `count` connections, sends a request on each, sets `flags[0]`, and then reports the statuses of the responses. */
const CLIENT = `
  const { connect } = require('node:net');
  const { parentPort, workerData: { port, count, bytes, flags } } = require('node:worker_threads');
  const statuses = [];
  let sent = 0;
  for (let i = 0; i < count; i++) {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, () => {
      sent += 1;
      if (sent < count) return;
      Atomics.store(flags, 0, 1);
      Atomics.notify(flags, 0);
    }));
    socket.setEncoding('latin1').on('data', (chunk) => { text += chunk; });
    socket.on('error', (error) => { text = error.code; }).on('close', () => {
      statuses.push(text.slice(0, 12));
      if (statuses.length === count) parentPort.postMessage(statuses);
    });
  }
`;

describe('stop answers everything that has arrived', () => {
  it('when 300 connections wait in the system queue', async () => {
    const running = await start();
    const flags = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { port: Number(new URL(running.url).port), count: 300, bytes: request('/text/a?seed=1'), flags };
    const client = new Worker(CLIENT, { eval: true, workerData });
    const statuses = new Promise<string[]>((resolve) => client.once('message', resolve));
    await new Promise((resolve) => client.once('online', resolve));
    Atomics.wait(flags, 0, 0, 20_000); // this thread accepts no connection meanwhile
    await running.stop();
    expect(new Set(await statuses)).toEqual(new Set(['HTTP/1.1 200']));
  });

  it('when the next request is in the buffer of a keep-alive connection', async () => {
    const running = await start();
    const socket = open(running);
    const answers = heard(socket);
    socket.write('GET /text/a HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.write(request('/text/b'));
    await running.stop();
    expect(statusesIn(await answers)).toEqual([200, 200]);
  });

  it('including requests that have started to arrive', async () => {
    const running = await start();
    const [begun, idle] = [open(running), open(running)];
    const answer = heard(begun);
    const nothing = heard(idle);
    begun.write('GET /text/a HT');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stopped = running.stop();
    expect(await nothing).toBe(''); // a client without a request is not waited for
    begun.write('TP/1.1\r\nHost: localhost\r\n\r\n');
    expect(statusOf(await answer)).toBe(200);
    await stopped;
  });

  it('when it is called twice', async () => {
    const running = await start();
    await Promise.all([running.stop({ grace: 600_000 }), running.stop()]);
    await running.stop();
  });

  it('and ends at once when a second stop has no grace', async () => {
    const { running, worker } = await startHeld();
    const answer = send(running, request('/text/a'));
    await expect.poll(() => worker.passes.length).toBe(1);
    const polite = running.stop({ grace: 600_000 });
    await running.stop({ grace: 0 });
    await polite;
    expect(await answer).toBe('');
  });
});

describe('a client that half-closes its connection', () => {
  it('gets its response, however long it takes', async () => {
    const { running, worker } = await startHeld();
    const socket = open(running);
    const answer = heard(socket);
    socket.end(request('/text/a').replace('Connection: close\r\n', ''));
    await expect.poll(() => worker.passes.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 400));
    worker.release();
    expect(statusesIn(await answer)).toEqual([200]);
  });

  it('gets its response during a stop', async () => {
    const { running, worker } = await startHeld();
    const socket = open(running);
    const answer = heard(socket);
    socket.end(request('/text/a'));
    await expect.poll(() => worker.passes.length).toBe(1);
    const stopped = running.stop();
    worker.release();
    expect(statusOf(await answer)).toBe(200);
    await stopped;
  });

  it('gets the responses to the valid requests before an invalid one', async () => {
    const running = await start();
    const two = request('/text/a').replace('Connection: close\r\n', '').repeat(2);
    expect(statusesIn(await send(running, `${two}nonsense\r\n\r\n`))).toEqual([200, 200, 400]);
  });
});
