/** The generated account of the conformance run, RESULTS.md. */

import type { Regression, SuiteRun } from './compare.ts';
import { byName, countOutcomes } from './compare.ts';

function row(run: SuiteRun): string {
  const { passed, failed, pending } = countOutcomes(run);
  return `| ${run.backend} | ${run.variant || '–'} | ${passed} | ${failed} | ${pending} |`;
}

function notPassed(run: SuiteRun): string[] {
  return [...byName(run)].flatMap(([name, { status, message }]) =>
    status === 'passed' ? [] : [`- ${name} (${status}${message && `: ${message}`})`],
  );
}

/** Markdown: counts per run, what cpu does not pass either, and what only cpu passes with the reason for each. */
export function describeResults(tfjsVersion: string, runs: readonly SuiteRun[], found: readonly Regression[]): string {
  const cpu = runs.filter(({ backend }) => backend === 'cpu');
  return [
    '# tfjs-core’s own tests, on the native backend',
    '',
    `Made by \`pnpm --filter @t2i/backend-native conformance --write\` with @tensorflow/tfjs-core ${tfjsVersion} (dist/tests.js).`,
    'On the native backend memory is overwritten as soon as the last tensor on it is disposed of.',
    '',
    '| backend | instruction set, threads | passed | failed | pending |',
    '|---|---|---|---|---|',
    ...runs.map(row),
    '',
    '## Passed by cpu, not by native',
    '',
    ...(found.length === 0
      ? ['None.']
      : found.map(({ name, variants, reason }) => `- ${name} (${variants.join('; ')}): ${reason ?? 'A FAULT'}`)),
    '',
    '## Passed by neither',
    '',
    'These are pending in the suite itself (`xit`, or for a browser).',
    '',
    ...cpu.flatMap(notPassed),
    '',
  ].join('\n');
}
