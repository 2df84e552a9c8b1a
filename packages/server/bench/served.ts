/** A run served by `t2i serve` in its own process, measured from outside. */

import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CLI } from './bare.ts';

const PROBE_EVERY = 20; // ms
const COMMON = ['--port', '0', '--log-level', 'warn'];

/**
 * @param flags of `t2i serve`
 * @param cores that it may use, in the syntax of `taskset`; default all
 */
export async function startServer(
  run: string,
  flags: readonly string[],
  cores?: string,
): Promise<{ child: ChildProcess; url: string }> {
  const main = fileURLToPath(new URL('main.ts', CLI));
  const node = ['node', '--import', 'tsx', '--conditions=@t2i/source', main, 'serve', run, ...COMMON, ...flags];
  const [command, ...rest] = cores === undefined ? node : ['taskset', '-c', cores, ...node];
  const child = spawn(command!, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = / at (http\S+)/.exec(line)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error('the server did not start');
}

export interface Figures {
  readonly cpuSeconds: number;
  readonly residentMegabytes: number;
  readonly heapMegabytes: number;
}

export async function readFigures(url: string): Promise<Figures> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const figure = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)![1]);
  return {
    cpuSeconds: figure('process_cpu_seconds_total'),
    residentMegabytes: figure('process_resident_memory_bytes') / 2 ** 20,
    heapMegabytes: figure('nodejs_heap_size_used_bytes') / 2 ** 20,
  };
}

/** CPU seconds of the HTTP thread; known on Linux only. */
export async function mainThreadCpuSeconds({ pid }: ChildProcess): Promise<number> {
  const figures = await readFile(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').catch(() => 'NaN');
  return Number.parseInt(figures, 10) / 1e9;
}

/** Requests /healthz every 20 ms until `stop`, which returns the milliseconds of each response, sorted. */
export function watchHealth(url: string): { stop(): Promise<number[]> } {
  const times: number[] = [];
  let stopped = false;
  const watching = (async () => {
    for (; !stopped; await sleep(PROBE_EVERY)) {
      const began = performance.now();
      await (await fetch(`${url}/healthz`)).text();
      times.push(performance.now() - began);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await watching;
      return times.sort((a, b) => a - b);
    },
  };
}
