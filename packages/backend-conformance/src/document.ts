/** Makes docs/backends.md, the results of each backend, from the recorded runs. */

import { join } from 'node:path';
import type { Account, Counts } from './account.ts';
import { BEYOND_CPU, BY_TFJS_CORE } from './beyond-cpu.ts';

export const DOCUMENT = join(import.meta.dirname, '../../../docs/backends.md');

/** Markdown, as the formatter would leave it. */
export function describeBackends(tfjsVersion: string, accounts: readonly Account[]): string {
  return [
    '# Test results of the backends',
    '',
    `Every backend runs the same suite: tfjs-core ${tfjsVersion}'s own tests (\`dist/tests.js\`: every operation, gradient and data type), then`,
    'tests of the models. These compare the generator, the discriminator and three training steps of every objective with PyTorch, gradients included;',
    'compare ten training steps with the backend `cpu`; check that memory stays flat; and check that a seed gives the same images. The run fails on a failure',
    'without a reason below, on a reason without a failure, and on a changed count.',
    '',
    ...table([
      ['backend', 'version', "tfjs-core's tests", 'failed, with reasons below', 'models', 'date'],
      ...accounts.flatMap(rowsOf),
    ]),
    '',
    'Up to 5 more tests are pending in the suite itself (for browsers, or disabled). On `native`, guard bytes follow every output, and memory is overwritten',
    'as soon as its last tensor is disposed of.',
    '',
    ...accounts.flatMap(exceptionsOf),
    ...beyondCpu(),
    '## Run the suite',
    '',
    '```sh',
    'pnpm --filter @t2i/backend-conformance conformance wasm          # one or several backends',
    'pnpm --filter @t2i/backend-conformance conformance --write wasm  # and update this document',
    '```',
    '',
    'A run takes one and a half to four minutes, on busy cores up to twenty. Continuous integration runs `native`, `wasm` and, if TensorFlow is available, `node`.',
    'It does not run `webgpu`, because in software the test `time cpu simple upload` of tfjs-core sometimes measures no time. Without a graphics card `webgpu` runs on',
    'the SwiftShader of Chromium (Debian: `apt-get install -y chromium`). The tests compute small tensors on the card, too; by default the backend computes them on the CPU.',
    '',
    '```sh',
    'LD_LIBRARY_PATH=/usr/lib/chromium VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json T2I_WEBGPU_SOFTWARE=1 \\',
    '  pnpm --filter @t2i/backend-conformance conformance webgpu',
    '```',
    '',
  ].join('\n');
}

function rowsOf({ backend, date, tfjsCore, models }: Account): string[][] {
  return tfjsCore.map(({ description, ...counts }) => [
    `\`${backend}\``,
    description,
    `${counts.passed} passed`,
    String(excusedIn(counts)),
    `${models.passed} of ${models.passed + models.failed}`,
    date,
  ]);
}

const excusedIn = ({ excused }: Counts) => excused.reduce((sum, { tests }) => sum + tests.length, 0);

/** The reasons, each with the number of tests and what they are about. */
function exceptionsOf({ backend, tfjsCore, models }: Account): string[] {
  const excused = [...tfjsCore[0]!.excused, ...models.excused];
  if (excused.length === 0) return [];
  const rows = excused.map(({ reason, tests }) => [reason, String(tests.length), groupsOf(tests)]);
  return [`## Failures of \`${backend}\``, '', ...table([['reason', 'tests', 'operations'], ...rows]), ''];
}

function beyondCpu(): string[] {
  return [
    '## Differences between `native` and `cpu`',
    '',
    'The tests compare `native` with `cpu`, except where `cpu` is silently wrong:',
    '',
    ...table([['operation', '`cpu`', '`native`'], ...BEYOND_CPU]),
    '',
    'tfjs-core determines some results, so they are the same on all backends:',
    '',
    ...BY_TFJS_CORE.map((line) => `- ${line}`),
    '',
  ];
}

/** The operations that the tests are named after. */
function groupsOf(tests: readonly string[]): string {
  const groups = [...new Set(tests.map((name) => name.split(/[ ,:]/)[0]!))];
  return groups.length > 12 ? `${groups.slice(0, 12).join(', ')}, … (results/*.json has all)` : groups.join(', ');
}

/** A Markdown table; the first row is its head. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const [head, ...body] = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`);
  return [head!, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body];
}
