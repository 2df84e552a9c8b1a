/**
 * Runs the conformance suite on backends and fails unless everything passes that has no reason not to (exceptions.ts),
 * with the counts that were recorded.
 *   pnpm --filter @t2i/backend-conformance conformance [--write] <backend> …
 * `--write` records the results and renews docs/backends.md.
 */

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, T2iError } from '@t2i/core';
import { writeFileAtomic } from '@t2i/core/node';
import { version_core } from '@tensorflow/tfjs-core';
import { type Account, changedCounts, countsOf, readAccount, readAccounts, writeAccount } from './account.ts';
import { BACKENDS, type BackendName, variantsOf } from './backends.ts';
import { bundleSuite } from './bundle-suite.ts';
import { compareRuns, type RunComparison, type SuiteRun, staleExceptions } from './compare-runs.ts';
import { DOCUMENT, describeBackends } from './document.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { runModels } from './run-models.ts';
import { runSuite } from './run-suite.ts';

interface Suite {
  readonly directory: string;
  readonly file: string;
  /** tfjs-core's tests on the backend cpu: what there is to pass. */
  readonly expected: SuiteRun['results'];
}

async function main(): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    options: { write: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const backends = positionals.map(backendNamed);
  const faults: string[] = [];
  await withSuite(async (suite) => {
    for (const backend of backends) faults.push(...(await runBackend(backend, suite, flags.write)));
  });
  if (flags.write) await writeFileAtomic(DOCUMENT, describeBackends(version_core, await readAccounts()));
  for (const fault of faults) console.log(`FAULT ${fault}`);
  console.log(`conformance of ${backends.join(', ')}: ${faults.length} faults`);
  if (faults.length > 0) process.exitCode = 1;
}

function backendNamed(name: string): BackendName {
  const found = BACKENDS.find((backend) => backend === name);
  if (found !== undefined) return found;
  throw new ConfigError(`There is no backend "${name}".`, { hint: `Choose some of ${BACKENDS.join(', ')}.` });
}

/** Inside this package, because some modules of the bundle are resolved from there. */
async function withSuite(use: (suite: Suite) => Promise<void>): Promise<void> {
  const build = join(import.meta.dirname, '../build');
  await mkdir(build, { recursive: true });
  const directory = await mkdtemp(join(build, 'run-'));
  try {
    const file = await bundleSuite(directory);
    await use({ directory, file, expected: runSuite(file, 'cpu', { name: '', environment: {} }).results });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Returns the faults. */
async function runBackend(
  backend: BackendName,
  { directory, file, expected }: Suite,
  write: boolean,
): Promise<string[]> {
  const exceptions = EXCEPTIONS[backend];
  const runs = variantsOf(backend).map((variant) => {
    const { description, results } = runSuite(file, backend, variant);
    const comparison = compareRuns(results, expected, exceptions);
    console.log(`${backend} ${description}: ${summary(comparison)}`);
    return { description, comparison };
  });
  const models = compareRuns(runModels(directory, backend), [], exceptions);
  console.log(`${backend}, models: ${summary(models)}`);
  const account: Account = {
    backend,
    date: new Date().toISOString().slice(0, 10),
    tfjsCore: runs.map(({ description, comparison }) => ({ description, ...countsOf(comparison) })),
    models: countsOf(models),
  };
  const recorded = write ? undefined : await readAccount(backend);
  if (write) await writeAccount(account);
  const comparisons = [...runs.map(({ comparison }) => comparison), models];
  return [
    ...comparisons.flatMap(({ faults }) => faults.map((fault) => `${backend}: ${fault}`)),
    ...staleExceptions(exceptions, comparisons).map((name) => `${backend}: is excepted and passes: ${name}`),
    ...(recorded === undefined ? [] : changedCounts(recorded, account)),
  ];
}

function summary({ passed, failed, pending, faults }: RunComparison): string {
  return `${passed} passed, ${failed} failed (${faults.length} without a reason), ${pending} pending`;
}

try {
  await main();
} catch (error) {
  if (!T2iError.isInstance(error)) throw error;
  console.error(`error: ${error.message}\n  → ${error.hint}`);
  process.exitCode = 2;
}
