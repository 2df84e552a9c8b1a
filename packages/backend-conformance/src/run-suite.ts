/** Runs tfjs-core's tests on a backend, in a process of its own. */

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import type { BackendName, Variant } from './backends.ts';
import type { SuiteRun } from './compare-runs.ts';

/** Jasmine waits for every test, so a run without end is a test that blocks. WebGPU in software takes four minutes, on busy cores more. */
const SUITE_MINUTES = 20;

/** @throws Error with the end of the output when the process dies: one of the tests takes it down */
export function runSuite(suite: string, backend: BackendName, { name, environment }: Variant): SuiteRun {
  const report = `${suite}.${backend}.json`;
  rmSync(report, { force: true });
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [suite], {
    encoding: 'utf8',
    timeout: SUITE_MINUTES * 60_000,
    maxBuffer: 64 << 20,
    env: {
      ...process.env,
      ...environment,
      T2I_CONFORMANCE_BACKEND: backend,
      T2I_CONFORMANCE_REPORT: report,
    },
  });
  if (status !== 0) {
    throw new Error(
      `the suite ended with ${signal ?? status} on ${backend} (${name}):\n${stdout.slice(-2000)}${stderr.slice(-4000)}`,
    );
  }
  return JSON.parse(readFileSync(report, 'utf8')) as SuiteRun;
}
