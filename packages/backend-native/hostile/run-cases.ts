/** The parent process: starts workers, follows them, and goes on behind the case that ended one. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describeCase, hostileCase } from './case.ts';
import type { Comparison } from './compare-outcomes.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
/** A fresh process now and then keeps what one case leaves behind from the others. */
const CASES_PER_WORKER = 2000;
const START_SECONDS = 120;
/** Time limit of the reference. A case that it does not finish is not compared. */
const REFERENCE_SECONDS = 10;

export interface Fault {
  readonly number: number;
  readonly kernel: string;
  readonly what: string;
  readonly call: string;
}

export interface Report {
  readonly cases: number;
  /** Number of cases by the result of the comparison. */
  readonly comparisons: Readonly<Record<string, number>>;
  /** Number of cases by kernel. */
  readonly kernels: Readonly<Record<string, number>>;
  readonly faults: readonly Fault[];
}

export interface Options {
  readonly seed: number;
  readonly first: number;
  readonly cases: number;
  /** A case that takes longer on native does not return. */
  readonly secondsPerCase: number;
  /** Another program in the worker's place. For tests. */
  readonly worker?: string;
}

interface Progress {
  readonly number: number;
  readonly backend?: string;
}
type Message = Progress & Partial<Comparison> & { kernel?: string; reason?: string; call?: string };

interface Tally {
  readonly comparisons: Record<string, number>;
  readonly kernels: Record<string, number>;
  readonly faults: Fault[];
}

const count = (counts: Record<string, number>, name: string) => {
  counts[name] = (counts[name] ?? 0) + 1;
};

function take(tally: Tally, { number, kernel = '', result = 'equal', reason, call = '' }: Message): void {
  count(tally.kernels, kernel);
  count(tally.comparisons, result === 'fault' || reason === undefined ? result : `${result}: ${reason}`);
  if (result === 'fault') tally.faults.push({ number, kernel, what: reason ?? '', call });
}

/** Runs the cases from `first` on in one process; answers with the last case it was at and how the process ended. */
function follow(options: Options, first: number, end: number, tally: Tally): Promise<{ at: Progress; death?: string }> {
  const argv = ['--conditions=@t2i/source', '--import', 'tsx', options.worker ?? WORKER, options.seed, first, end].map(
    String,
  );
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let at: Progress = { number: first };
  let late = false;
  let complaint = '';
  const kill = () => {
    late = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(kill, START_SECONDS * 1000);
  createInterface(child.stdout).on('line', (line) => {
    if (!line.startsWith('{')) return;
    clearTimeout(timer);
    const message = JSON.parse(line) as Message;
    const { secondsPerCase } = options;
    const limit = message.backend === 'reference' ? Math.min(REFERENCE_SECONDS, secondsPerCase) : secondsPerCase;
    timer = setTimeout(kill, limit * 1000);
    if (message.result === undefined) at = message;
    else take(tally, message);
  });
  child.stderr.on('data', (data: Buffer) => {
    complaint = `${complaint}${data}`.slice(-4000);
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (late) resolve({ at, death: `does not return within ${options.secondsPerCase} s` });
      else if (code === 0) resolve({ at });
      else resolve({ at, death: `the process ended with ${signal ?? `code ${code}`}: ${complaint.trim()}` });
    });
  });
}

/** What the cpu backend itself never returns from says nothing about this one. */
function takeDeath(tally: Tally, options: Options, at: Progress, death: string): void {
  const one = hostileCase(options.seed, at.number);
  count(tally.kernels, one.kernel);
  if (at.backend === 'reference') {
    count(tally.comparisons, 'the cpu backend does not survive it');
    return;
  }
  count(tally.comparisons, 'fault');
  tally.faults.push({ number: at.number, kernel: one.kernel, what: death, call: describeCase(one) });
}

export async function runCases(options: Options, onProgress: (cases: number) => void = () => {}): Promise<Report> {
  const tally: Tally = { comparisons: {}, kernels: {}, faults: [] };
  const end = options.first + options.cases;
  for (let next = options.first; next < end; ) {
    const stop = Math.min(end, next + CASES_PER_WORKER);
    const { at, death } = await follow(options, next, stop, tally);
    if (death !== undefined) takeDeath(tally, options, at, death);
    next = death === undefined ? stop : at.number + 1;
    onProgress(next - options.first);
  }
  return { cases: options.cases, ...tally };
}
