/** Runs the tests of the models on an engine: golden networks and training steps, ten steps beside `cpu`, memory, drawing. */

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineName } from './engines.ts';
import type { TestResult } from './judge.ts';

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
export function runModels(folder: string, engine: EngineName): TestResult[] {
  const report = join(folder, `models.${engine}.json`);
  rmSync(report, { force: true });
  const packageFolder = join(import.meta.dirname, '..');
  const { stdout, stderr } = spawnSync(
    'npx',
    [
      'vitest',
      'run',
      '--config',
      join(packageFolder, 'suite/models-config.ts'),
      '--reporter=json',
      `--outputFile=${report}`,
    ],
    { encoding: 'utf8', cwd: packageFolder, env: { ...process.env, T2I_CONFORMANCE_ENGINE: engine } },
  );
  const { testResults } = readReport(report, `${stdout}${stderr}`);
  return testResults.flatMap(({ assertionResults, message }) => {
    if (assertionResults.length === 0) throw new Error(`the tests of models did not run on ${engine}: ${message}`);
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
