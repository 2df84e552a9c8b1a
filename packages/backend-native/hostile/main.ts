/** `pnpm hostile --cases N --seed S`: hostile arguments for every kernel, on native against cpu. `--case n` shows one. */

import { parseArgs } from 'node:util';
import { describeCase, hostileCase } from './case.ts';
import { runCases } from './run-cases.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    case: { type: 'string' },
    seconds: { type: 'string', default: '60' },
  },
});

const seed = Number(values.seed);
const single = values.case === undefined ? undefined : Number(values.case);
if (single !== undefined) console.log(describeCase(hostileCase(seed, single)));
const report = await runCases(
  {
    seed,
    first: single ?? 0,
    cases: single === undefined ? Number(values.cases) : 1,
    secondsPerCase: Number(values.seconds),
  },
  (cases) => process.stderr.write(`\r${cases} cases`),
);
process.stderr.write('\n');
for (const { number, kernel, what, call } of report.faults)
  console.log(`FAULT ${kernel}, case ${number}: ${what}\n  ${call}`);
const kernels = Object.keys(report.kernels).length;
for (const [comparison, count] of Object.entries(report.comparisons).sort(([, a], [, b]) => b - a))
  console.log(`${count}  ${comparison}`);
console.log(`${report.cases} cases of ${kernels} kernels, seed ${seed}: ${report.faults.length} faults`);
process.exitCode = report.faults.length === 0 ? 0 : 1;
