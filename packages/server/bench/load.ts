/**
 * A served run under load, beside its bare generator in the same arrangement: the server in a process of its own, drawing in a thread;
 * autocannon here. Requests are those of the demo, `GET /text/<caption>` without a seed, one fresh picture each.
 *
 *     tsx --conditions=@t2i/source packages/server/bench/load.ts RUN [--connections 1,16,256] [--seconds 10] [--requests 0]
 *
 * With --requests, that many are sent over 16 connections instead, and the server's memory is told along the way.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { openWorkerPainter } from '../src/index.ts';
import type { Cell } from '../src/painter.ts';

const CLI = new URL('../../cli/src/', import.meta.url);
const CAPTIONS = ['a pink flower with yellow petals', 'this flower is white', 'round red petals', 'a purple flower'];
const AHEAD = 2; // passes handed to the painter at once, as the batcher does

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    connections: { type: 'string', default: '1,16,256' },
    seconds: { type: 'string', default: '10' },
    requests: { type: 'string', default: '0' },
    backend: { type: 'string', default: 'auto' },
  },
});
const [run] = positionals;
if (run === undefined) throw new Error('Name a run.');
const seconds = Number(values.seconds);

/** Pictures a second of passes of `rows` rows, back to back, without HTTP and without files. */
async function bareRate(run: string, rows: 'min' | 'max'): Promise<{ rate: number; rows: number }> {
  const data = { run, backend: values.backend, maxRows: 16 };
  const painter = await openWorkerPainter({ module: new URL('serve-worker.mjs', CLI), data });
  const count = rows === 'min' ? 1 : painter.facts.passRows.max;
  let seed = 0;
  const cells = (): Cell[] =>
    Array.from({ length: count }, (_, i) => ({ caption: CAPTIONS[i % CAPTIONS.length]!, seed: seed++, index: 0 }));
  const work = async (until: number) => {
    let painted = 0;
    for (; performance.now() < until; painted += count) await painter.paint(cells());
    return painted;
  };
  await work(performance.now() + 1000);
  const began = performance.now();
  const lanes = count === 1 ? 1 : AHEAD;
  const painted = await Promise.all(Array.from({ length: lanes }, () => work(began + seconds * 1000)));
  const rate = painted.reduce((sum, n) => sum + n, 0) / ((performance.now() - began) / 1000);
  await painter.dispose();
  return { rate, rows: count };
}

async function startServer(run: string): Promise<{ child: ChildProcess; url: string }> {
  const flags = ['--port', '0', '--log-level', 'warn', '--backend', values.backend];
  const main = fileURLToPath(new URL('main.ts', CLI));
  const child = spawn('node', ['--import', 'tsx', '--conditions=@t2i/source', main, 'serve', run, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = / at (http\S+)/.exec(line)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error('the server did not start');
}

/** The longest of answers to /healthz, asked for every 20 ms until `stop`. */
function watchHealth(url: string): { stop(): Promise<{ worst: number; median: number }> } {
  const times: number[] = [];
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const began = performance.now();
      await fetch(`${url}/healthz`).then((response) => response.text());
      times.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await watching;
      times.sort((a, b) => a - b);
      return { worst: times.at(-1)!, median: times[times.length >> 1]! };
    },
  };
}

const requests = CAPTIONS.map((caption) => ({ path: `/text/${encodeURIComponent(caption)}` }));

async function residentMegabytes(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)![1]) / 2 ** 20;
}

async function load(url: string, connections: number, bare: number): Promise<void> {
  const health = watchHealth(url);
  const result = await autocannon({ url, connections, duration: seconds, requests });
  const { worst, median } = await health.stop();
  const rate = result['2xx'] / result.duration;
  console.log(
    [
      `${connections} connections`.padEnd(16),
      `${rate.toFixed(0)} pictures/s`,
      `${((100 * rate) / bare).toFixed(0)} % of bare`,
      `p50 ${result.latency.p50} ms`,
      `p99 ${result.latency.p99} ms`,
      `lost ${result.errors + result.timeouts + result.non2xx}`,
      `/healthz median ${median.toFixed(1)}, worst ${worst.toFixed(0)} ms`,
      `resident ${(await residentMegabytes(url)).toFixed(0)} MB`,
    ].join(' · '),
  );
}

async function endure(url: string, amount: number): Promise<void> {
  const part = Math.ceil(amount / 10);
  let sent = 0;
  let lost = 0;
  console.log(`before: resident ${(await residentMegabytes(url)).toFixed(0)} MB`);
  while (sent < amount) {
    const result = await autocannon({ url, connections: 16, amount: part, requests });
    sent += part;
    lost += result.errors + result.timeouts + result.non2xx;
    console.log(`${sent} requests, ${lost} lost: resident ${(await residentMegabytes(url)).toFixed(0)} MB`);
  }
}

const describeLoad = () =>
  `load ${loadavg()
    .map((x) => x.toFixed(1))
    .join(' ')}`;
console.log(`${cpus()[0]!.model}, ${availableParallelism()} cores, node ${process.version}, ${describeLoad()}`);
if (Number(values.requests) > 0) {
  const { child, url } = await startServer(run);
  await endure(url, Number(values.requests));
  child.kill('SIGTERM');
} else {
  const [alone, full] = [await bareRate(run, 'min'), await bareRate(run, 'max')];
  console.log(
    `bare: ${full.rate.toFixed(0)} pictures/s in passes of ${full.rows}, ${alone.rate.toFixed(0)} one at a time`,
  );
  const { child, url } = await startServer(run);
  for (const connections of values.connections.split(',').map(Number)) {
    await load(url, connections, connections === 1 ? alone.rate : full.rate);
  }
  child.kill('SIGTERM');
}
console.log(describeLoad());
