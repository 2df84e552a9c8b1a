/** Runs the tests that were declared and writes their results to the file that T2I_CONFORMANCE_REPORT names. */

import { writeFileSync } from 'node:fs';
import { assert } from '@t2i/core';
import type { Env, SpecResult } from 'jasmine-core';
import type { SuiteRun, TestResult } from '../src/compare-runs.ts';
import { description } from './use-backend.ts';

const file = process.env.T2I_CONFORMANCE_REPORT;
assert(file !== undefined, 'T2I_CONFORMANCE_REPORT is not set');

const results: TestResult[] = [];
function record({ fullName, status, failedExpectations }: SpecResult): void {
  results.push({ name: fullName, status, message: failedExpectations[0]?.message.split('\n')[0] ?? '' });
}

const env = (globalThis as unknown as { jasmine: { getEnv(): Env } }).jasmine.getEnv();
env.addReporter({
  specDone: record,
  suiteDone: (result) => {
    // A group itself fails when its preparation or clean-up throws.
    if (result.status === 'failed') record(result);
  },
});
await env.execute();
const run: SuiteRun = { description, results };
writeFileSync(file, JSON.stringify(run));
process.exit(0); // some tests leave timers behind
