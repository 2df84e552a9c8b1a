/** The generated account of the conformance run, RESULTS.md. */

import type { Regression, SuiteRun } from './compare.ts';
import { byName, countOutcomes } from './compare.ts';

/** A Markdown table as a formatter would leave it; the first row is its head. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const [head, ...body] = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`);
  return [head!, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body];
}

function cells(run: SuiteRun): string[] {
  const { passed, failed, pending } = countOutcomes(run);
  return [run.backend, run.variant || '–', ...[passed, failed, pending].map(String)];
}

/** What differs from the committed account: a run with other counts, or one of cpu that is not in it. Other processors have other sets. */
export function changedCounts(account: string, runs: readonly SuiteRun[]): string[] {
  const rows = account.split('\n').filter((line) => line.startsWith('| '));
  const recorded = rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return runs.flatMap((run) => {
    const [backend, variant, ...counts] = cells(run);
    const row = recorded.find((found) => found[0] === backend && found[1] === variant);
    if (row === undefined) return backend === 'cpu' ? ['RESULTS.md has no row of cpu'] : [];
    const [now, before] = [counts.join(', '), row.slice(2).join(', ')];
    return now === before
      ? []
      : [`${backend} ${variant}: passed, failed, pending are ${now}; RESULTS.md has ${before}`];
  });
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
    'On the native backend a trap lies behind every output, and memory is overwritten as soon as its last tensor is disposed of.',
    '',
    ...table([['backend', 'instruction set, threads', 'passed', 'failed', 'pending'], ...runs.map(cells)]),
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
