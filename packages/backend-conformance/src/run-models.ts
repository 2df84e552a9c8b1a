/** Runs the tests of the models on a backend: golden networks and training steps, ten steps beside `cpu`, memory, generation. */

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendName } from './backends.ts';
import type { TestResult } from './compare-runs.ts';

/** As much of vitest's JSON report as is used here. */
interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** @throws Error when the tests did not run */
export function runModels(directory: string, backend: BackendName): TestResult[] {
  const report = join(directory, `models.${backend}.json`);
  rmSync(report, { force: true });
  const packageDirectory = join(import.meta.dirname, '..');
  const { stdout, stderr } = spawnSync(
    'npx',
    [
      'vitest',
      'run',
      '--config',
      join(packageDirectory, 'suite/models-config.ts'),
      '--reporter=json',
      `--outputFile=${report}`,
    ],
    { encoding: 'utf8', cwd: packageDirectory, env: { ...process.env, T2I_CONFORMANCE_BACKEND: backend } },
  );
  const { testResults } = readReport(report, `${stdout}${stderr}`);
  return testResults.flatMap(({ assertionResults, message }) => {
    if (assertionResults.length === 0) throw new Error(`the tests of models did not run on ${backend}: ${message}`);
    return assertionResults.map(({ fullName, status, failureMessages }) => ({
      name: fullName,
      status: status === 'passed' ? 'passed' : status === 'failed' ? 'failed' : 'pending',
      message: failureMessages[0]?.split('\n')[0] ?? '',
    }));
  });
}

function readReport(file: string, output: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch (cause) {
    throw new Error(`the tests of models left no report:\n${output.slice(-4000)}`, { cause });
  }
}
