/**
 * Runs tfjs-core's own test suite with the backends cpu and native and fails unless native passes all that cpu passes,
 * with the counts that RESULTS.md has. Every usable instruction set is run, and one and two threads.
 *   pnpm --filter @t2i/backend-native conformance [--write]
 * `--write` renews RESULTS.md.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BackendError } from '@t2i/core';
import { writeFileAtomic } from '@t2i/core/node';
import { version_core } from '@tensorflow/tfjs-core';
import { build } from 'esbuild';
import { nativeStatus, usableInstructionSets } from '../src/binding.ts';
import type { SuiteRun, TestResult } from './compare.ts';
import { countOutcomes, regressions } from './compare.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { changedCounts, describeResults } from './results.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const packageFolder = join(here, '..');
const SUITE_MINUTES = 5;

/** tfjs's files import each other without extensions, which Node refuses; in a bundle all of them are one file. */
async function bundleSuite(folder: string): Promise<string> {
  const outfile = join(folder, 'suite.mjs');
  await build({
    entryPoints: [join(here, 'suite.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    conditions: ['@t2i/source'],
    external: ['jasmine-core', 'node-fetch'],
    ignoreAnnotations: true, // tfjs-core declares its tests free of side effects
    // CommonJS modules in the bundle ask for Node's own by require.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'error',
  });
  return outfile;
}

interface Variant {
  readonly backend: 'cpu' | 'native';
  readonly variant: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Every instruction set that is compiled and that this processor has, the fastest one with one thread, too. */
function variants(): Variant[] {
  const sets = usableInstructionSets().reverse();
  if (sets.length === 0) throw new BackendError(`There is no addon to test: ${nativeStatus().reason}.`);
  const native = (set: string, threads: number): Variant => ({
    backend: 'native',
    variant: `${set}, ${threads}`,
    environment: { T2I_ISA: set, T2I_THREADS: String(threads) },
  });
  return [{ backend: 'cpu', variant: '', environment: {} }, native(sets[0]!, 1), ...sets.map((set) => native(set, 2))];
}

function runSuite(suite: string, { backend, variant, environment }: Variant): SuiteRun {
  const report = `${suite}.${backend}.jsonl`;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [suite], {
    encoding: 'utf8',
    timeout: SUITE_MINUTES * 60_000,
    env: {
      T2I_NATIVE_ADDON: join(packageFolder, 'build/Release/t2i_native.node'),
      ...process.env,
      ...environment,
      T2I_CONFORMANCE_BACKEND: backend,
      T2I_CONFORMANCE_REPORT: report,
    },
  });
  if (status !== 0) {
    throw new Error(
      `the suite ended with ${signal ?? status} on ${backend} (${variant}):\n${stdout.slice(-2000)}${stderr}`,
    );
  }
  const lines = readFileSync(report, 'utf8').trimEnd().split('\n');
  return { backend, variant, results: lines.map((line) => JSON.parse(line) as TestResult) };
}

async function main(): Promise<void> {
  const { values: flags } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  // Inside the package, because jasmine-core is resolved from there.
  const folder = await mkdtemp(join(packageFolder, 'build/conformance-'));
  const runs: SuiteRun[] = [];
  try {
    const suite = await bundleSuite(folder);
    for (const variant of variants()) {
      const run = runSuite(suite, variant);
      const { passed, failed, pending } = countOutcomes(run);
      console.log(`${run.backend} ${run.variant}: ${passed} passed, ${failed} failed, ${pending} pending`);
      runs.push(run);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const [cpu, ...natives] = runs;
  const found = regressions(cpu!, natives, EXCEPTIONS);
  for (const { name, variants, message, reason } of found) {
    console.log(`only cpu passes (${variants.join('; ')}): ${name}\n  ${reason ? `excepted: ${reason}` : message}`);
  }
  const account = join(here, 'RESULTS.md');
  if (flags.write) await writeFileAtomic(account, describeResults(version_core, runs, found));
  const changes = changedCounts(await readFile(account, 'utf8'), runs);
  for (const change of changes) console.log(change);
  const faults = changes.length + found.filter(({ reason }) => reason === undefined).length;
  console.log(`conformance: ${runs.length} runs, ${faults} faults`);
  if (faults > 0) process.exitCode = 1;
}

await main();
