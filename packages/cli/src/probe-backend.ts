/**
 * Tries a backend in a process of its own: where no thread or memory is left, TensorFlow and Dawn end the process. This file stands
 * directly in `src` for the same reason as `bundle-entries.ts`.
 */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BackendName, BackendReport } from '@t2i/backend';
import { errorMessage } from '@t2i/core';

const PROBE = fileURLToPath(
  new URL(`./doctor-probe.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
);
/** Milliseconds. Starting a graphics card takes seconds. */
const PATIENCE = 120_000;

/** What the backend is here. Never throws: a process that cannot be started, dies or hangs is a report, too. */
export async function probeBackend(name: BackendName, command = [...process.execArgv, PROBE]): Promise<BackendReport> {
  try {
    const { stdout, stderr, code, signal } = await run([...command, name]);
    const report = stdout.trim().split('\n').at(-1)!;
    if (code === 0) return JSON.parse(report) as BackendReport;
    const how = signal === null ? `with code ${code}` : `by ${signal}`;
    const last = stderr.trim().split('\n')[0];
    return { name, available: false, problem: `It ends its process ${how}${last ? `: ${last}` : '.'}` };
  } catch (error) {
    return { name, available: false, problem: `It cannot be tried in a process of its own: ${errorMessage(error)}` };
  }
}

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: string | null;
}

function run(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PATIENCE,
      killSignal: 'SIGKILL',
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject).on('close', (code, signal) => resolve({ stdout, stderr, code, signal }));
  });
}
