/** docs/backends.md: what each backend passes, made from the accounts of the runs. */

import { join } from 'node:path';
import type { Account, Counts } from './account.ts';
import { BEYOND_CPU, BY_TFJS_CORE } from './beyond-cpu.ts';

export const DOCUMENT = join(import.meta.dirname, '../../../docs/backends.md');

/** Markdown, as the formatter would leave it. */
export function describeBackends(tfjsVersion: string, accounts: readonly Account[]): string {
  return [
    '# The backends, tested',
    '',
    `Every backend runs one suite. First tfjs-core ${tfjsVersion}'s own tests (\`dist/tests.js\`: every operation, gradient and data type), then`,
    'those of the models: generator, discriminator and three training steps of every objective against numbers from PyTorch, gradients included;',
    'ten training steps beside the backend `cpu`; memory that stays flat; the same images from the same seed. A failure without a reason below, a reason',
    'without a failure, and a count that changes are errors.',
    '',
    ...table([
      ['backend', 'what ran', "tfjs-core's tests", 'not passed, with reasons below', 'models', 'date'],
      ...accounts.flatMap(rowsOf),
    ]),
    '',
    'Pending in the suite itself (for a browser, or switched off there) are up to 5 more. On `native` a trap lies behind every output, and memory is overwritten',
    'as soon as its last tensor is disposed of.',
    '',
    ...accounts.flatMap(exceptionsOf),
    ...beyondCpu(),
    '## Run it',
    '',
    '```sh',
    'pnpm --filter @t2i/backend-conformance conformance wasm          # one backend, or several',
    'pnpm --filter @t2i/backend-conformance conformance --write wasm  # and renew its row here',
    '```',
    '',
    'Continuous integration runs `native`, `wasm` and, where TensorFlow is to be had, `node`; not `webgpu`: in software one test of tfjs-core, `time cpu simple upload`,',
    'now and then measures no time at all. That takes one and a half to four minutes, on busy cores up to twenty. Without a graphics card it runs on the SwiftShader of Chromium (Debian: `apt-get install -y chromium`). Small tensors, which the backend would',
    'compute on the CPU, are computed on the card in the tests.',
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
  return [`## \`${backend}\` does not pass`, '', ...table([['reason', 'tests', 'about'], ...rows]), ''];
}

function beyondCpu(): string[] {
  return [
    '## Where `native` is not `cpu`',
    '',
    'The backend `cpu` is what `native` is compared with, but for what `cpu` gets wrong without saying so:',
    '',
    ...table([['operation', '`cpu`', '`native`'], ...BEYOND_CPU]),
    '',
    'Some results are decided above the backends, and alike on all:',
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
