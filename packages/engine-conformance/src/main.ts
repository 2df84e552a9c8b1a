/**
 * Runs the conformance suite on engines and fails unless everything passes that has no reason not to (exceptions.ts),
 * with the counts that were recorded.
 *   pnpm --filter @t2i/engine-conformance conformance [--write] <engine> …
 * `--write` records the results and renews docs/engines.md.
 */

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, T2iError } from '@t2i/core';
import { writeFileAtomic } from '@t2i/core/node';
import { version_core } from '@tensorflow/tfjs-core';
import { type Account, changedCounts, countsOf, readAccount, readAccounts, writeAccount } from './account.ts';
import { bundleSuite } from './bundle-suite.ts';
import { DOCUMENT, describeEngines } from './document.ts';
import { ENGINES, type EngineName, variantsOf } from './engines.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { judge, type SuiteRun, staleExceptions, type Verdict } from './judge.ts';
import { runModels } from './run-models.ts';
import { runSuite } from './run-suite.ts';

interface Suite {
  readonly folder: string;
  readonly file: string;
  /** tfjs-core's tests on the engine cpu: what there is to pass. */
  readonly expected: SuiteRun['results'];
}

async function main(): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    options: { write: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const engines = positionals.map(engineNamed);
  const faults: string[] = [];
  await withSuite(async (suite) => {
    for (const engine of engines) faults.push(...(await runEngine(engine, suite, flags.write)));
  });
  if (flags.write) await writeFileAtomic(DOCUMENT, describeEngines(version_core, await readAccounts()));
  for (const fault of faults) console.log(`FAULT ${fault}`);
  console.log(`conformance of ${engines.join(', ')}: ${faults.length} faults`);
  if (faults.length > 0) process.exitCode = 1;
}

function engineNamed(name: string): EngineName {
  const found = ENGINES.find((engine) => engine === name);
  if (found !== undefined) return found;
  throw new ConfigError(`There is no engine "${name}".`, { hint: `Choose some of ${ENGINES.join(', ')}.` });
}

/** Inside this package, because some modules of the bundle are resolved from there. */
async function withSuite(use: (suite: Suite) => Promise<void>): Promise<void> {
  const build = join(import.meta.dirname, '../build');
  await mkdir(build, { recursive: true });
  const folder = await mkdtemp(join(build, 'run-'));
  try {
    const file = await bundleSuite(folder);
    await use({ folder, file, expected: runSuite(file, 'cpu', { name: '', environment: {} }).results });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Returns the faults. */
async function runEngine(engine: EngineName, { folder, file, expected }: Suite, write: boolean): Promise<string[]> {
  const exceptions = EXCEPTIONS[engine];
  const runs = variantsOf(engine).map((variant) => {
    const { description, results } = runSuite(file, engine, variant);
    const verdict = judge(results, expected, exceptions);
    console.log(`${engine} ${description}: ${summary(verdict)}`);
    return { description, verdict };
  });
  const models = judge(runModels(folder, engine), [], exceptions);
  console.log(`${engine}, models: ${summary(models)}`);
  const account: Account = {
    engine,
    date: new Date().toISOString().slice(0, 10),
    tfjsCore: runs.map(({ description, verdict }) => ({ description, ...countsOf(verdict) })),
    models: countsOf(models),
  };
  const recorded = write ? undefined : await readAccount(engine);
  if (write) await writeAccount(account);
  const verdicts = [...runs.map(({ verdict }) => verdict), models];
  return [
    ...verdicts.flatMap(({ faults }) => faults.map((fault) => `${engine}: ${fault}`)),
    ...staleExceptions(exceptions, verdicts).map((name) => `${engine}: is excepted and passes: ${name}`),
    ...(recorded === undefined ? [] : changedCounts(recorded, account)),
  ];
}

function summary({ passed, failed, pending, faults }: Verdict): string {
  return `${passed} passed, ${failed} failed (${faults.length} without a reason), ${pending} pending`;
}

try {
  await main();
} catch (error) {
  if (!T2iError.isInstance(error)) throw error;
  console.error(`error: ${error.message}\n  → ${error.hint}`);
  process.exitCode = 2;
}
