/**
 * Compares a served run under load with its bare generator in the same setup. The server runs in its own process and generates in a
 * thread; autocannon runs here. Requests are those of the demo: `GET /text/<caption>` without a seed, one fresh image each.
 * Bare and served take turns, so that other load on the machine affects both. The output is the medians of the rounds. Both are warm:
 * apart from generating, each of the first 1,000 requests costs the server three times the CPU time of one after 3,000 (V8 compiles).
 *
 *     tsx --conditions=@t2i/source packages/server/bench/load.ts RUN [--connections 1,16,256] [--rounds 5] [--seconds 4] [--requests 0]
 *         [--max-batch 16] [--max-wait 8] [--server-cores 0]
 *
 * With --server-cores the server uses only these cores. On a machine with two cores, client and server would compete for them:
 * `T2I_THREADS=1 taskset -c 1 tsx … --server-cores 0` gives the bare generator one, the server one of its own, and the client the other.
 * The output splits the CPU time into autocannon, the HTTP thread, and the rest, which generates.
 * With --requests, that many requests are sent over 16 connections instead, and the server's memory is reported meanwhile.
 */

import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import type { InferenceWorker } from '../src/index.ts';
import { CAPTIONS, generateFor, openBare, ownCpuSeconds, type Slice } from './bare.ts';
import { mainThreadCpuSeconds, readFigures, startServer, watchHealth } from './served.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    connections: { type: 'string', default: '1,16,256' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    requests: { type: 'string', default: '0' },
    backend: { type: 'string', default: 'auto' },
    'max-batch': { type: 'string', default: '16' },
    'max-wait': { type: 'string', default: '8' },
    'server-cores': { type: 'string' },
  },
});
const [run] = positionals;
if (run === undefined) throw new Error('Name a run.');
const [rounds, seconds, amount] = [Number(values.rounds), Number(values.seconds), Number(values.requests)];

/** Least requests per connection. With fewer, the last ones would dominate the result. */
const REQUESTS_EACH = 4;
const PATIENCE = 60; // s
/** Requests before the first round. */
const WARM_UP = 5000;
const requests = CAPTIONS.map((caption) => ({ path: `/text/${encodeURIComponent(caption)}` }));
const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
const milliseconds = (seconds: number) => (1000 * seconds).toFixed(2);
const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
const rateOf = ({ images, seconds }: Slice) => images / seconds;
const costOf = ({ images, cpuSeconds }: Slice) => cpuSeconds / images;
const describeLoad = () =>
  `load ${loadavg()
    .map((x) => x.toFixed(1))
    .join(' ')}`;

interface ServedSlice extends Slice {
  /** The part of autocannon. */
  readonly clientCpuSeconds: number;
  /** The part of the server's main thread. */
  readonly mainCpuSeconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly lost: number;
}

/**
 * Waits for all responses, because requests cut off at the end would cost time and not count. The clock stops at the last response;
 * autocannon's own clock runs on to the next full second.
 */
async function serve(url: string, connections: number, amount: number): Promise<ServedSlice> {
  const before = await readFigures(url);
  const main = await mainThreadCpuSeconds(child);
  const cpu = process.cpuUsage();
  const began = performance.now();
  let ended = began;
  const instance = autocannon({ url, connections, amount, requests, timeout: PATIENCE });
  instance.on('response', () => {
    ended = performance.now();
  });
  const { '2xx': images, errors, timeouts, non2xx, latency } = await instance;
  const clientCpuSeconds = ownCpuSeconds(cpu);
  const mainCpuSeconds = (await mainThreadCpuSeconds(child)) - main;
  const cpuSeconds = (await readFigures(url)).cpuSeconds - before.cpuSeconds + clientCpuSeconds;
  const { p50, p99 } = latency;
  const lost = errors + timeouts + non2xx;
  return { images, seconds: (ended - began) / 1000, cpuSeconds, clientCpuSeconds, mainCpuSeconds, p50, p99, lost };
}

/** Rounds of bare and served in turn; afterwards /healthz under the same load, so that it does not affect the rounds. */
async function load(url: string, bare: InferenceWorker, connections: number): Promise<void> {
  const clients = connections === 1 ? 'one' : 'many';
  const bares: Slice[] = [];
  const served: ServedSlice[] = [];
  for (let round = 0; round < rounds; round++) {
    const slice = await generateFor(bare, seconds, clients);
    bares.push(slice);
    served.push(await serve(url, connections, Math.max(slice.images, REQUESTS_EACH * connections)));
  }
  const probe = watchHealth(url);
  await autocannon({ url, connections, duration: seconds, requests, workers: 1 });
  const health = await probe.stop();
  const healthAt = (share: number) => health[Math.floor(share * (health.length - 1))]!.toFixed(1);
  const middle = (of: (slice: ServedSlice, round: number) => number) => median(served.map(of));
  const client = middle(({ images, clientCpuSeconds }) => clientCpuSeconds / images);
  const main = middle(({ images, mainCpuSeconds }) => mainCpuSeconds / images);
  console.log(
    [
      `${connections} connections`.padEnd(15),
      `${median(bares.map(rateOf)).toFixed(0)} images/s bare, ${middle(rateOf).toFixed(0)} served`,
      `share ${percent(middle((slice, i) => rateOf(slice) / rateOf(bares[i]!)))}`,
      `CPU ms/image ${milliseconds(median(bares.map(costOf)))} bare, ${milliseconds(middle(costOf))} served (client ${milliseconds(client)}, HTTP ${milliseconds(main)})`,
      `share ${percent(middle((slice, i) => costOf(bares[i]!) / costOf(slice)))}`,
      `p50 ${middle(({ p50 }) => p50)} p99 ${middle(({ p99 }) => p99)} ms`,
      `lost ${served.reduce((sum, { lost }) => sum + lost, 0)}`,
      `/healthz p50 ${healthAt(0.5)} p99 ${healthAt(0.99)} ms`,
    ].join(' · '),
  );
}

async function endure(url: string): Promise<void> {
  const part = Math.ceil(amount / 10);
  const tell = async (what: string) => {
    const { residentMegabytes, heapMegabytes } = await readFigures(url);
    console.log(`${what}: resident ${residentMegabytes.toFixed(0)} MB, heap ${heapMegabytes.toFixed(0)} MB`);
  };
  await tell('before');
  let lost = 0;
  for (let sent = part; sent <= amount; sent += part) {
    const { errors, timeouts, non2xx } = await autocannon({ url, connections: 16, amount: part, requests, workers: 1 });
    lost += errors + timeouts + non2xx;
    await tell(`${sent} requests, ${lost} lost`);
  }
}

console.log(`${cpus()[0]!.model}, ${availableParallelism()} cores, node ${process.version}, ${describeLoad()}`);
const { backend, 'max-batch': maxBatch, 'max-wait': maxWait } = values;
const flags = ['--backend', backend, '--max-batch', maxBatch, '--max-wait', maxWait];
const { child, url } = await startServer(run, flags, values['server-cores']);
if (amount > 0) await endure(url);
else {
  const bare = await openBare(run, backend, Number(maxBatch));
  await generateFor(bare, 1, 'many');
  await serve(url, 16, WARM_UP);
  for (const connections of values.connections.split(',').map(Number)) await load(url, bare, connections);
  await bare.dispose();
}
child.kill('SIGTERM');
console.log(describeLoad());
