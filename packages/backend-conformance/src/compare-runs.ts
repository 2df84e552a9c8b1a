/** Compares a run with the run on the backend cpu: separates excused failures from faults. */

import type { Exception } from './exceptions.ts';

/** One test of one run, as the reporters write it. */
export interface TestResult {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'pending' | 'excluded';
  /** The first failed expectation; empty when none failed. */
  readonly message: string;
}

/** A run of tfjs-core's tests. */
export interface SuiteRun {
  /** The backend's description of itself. */
  readonly description: string;
  readonly results: readonly TestResult[];
}

/** Failures with one reason. */
export interface Excused {
  readonly reason: string;
  readonly tests: readonly string[];
}

export interface RunComparison {
  readonly passed: number;
  readonly failed: number;
  readonly pending: number;
  readonly excused: readonly Excused[];
  /** Failures that nothing excuses, each as `name: message`. */
  readonly faults: readonly string[];
  /** Exceptions and test names that excused a failure. */
  readonly used: ReadonlySet<Exception | string>;
}

/** Tests by name, numbered where several share one. */
export function byName(results: readonly TestResult[]): Map<string, TestResult> {
  const named = new Map<string, TestResult>();
  for (const result of results) {
    const plain = result.name.replaceAll(' backend {}', '');
    let name = plain;
    for (let count = 2; named.has(name); count++) name = `${plain} (${count})`;
    named.set(name, result);
  }
  return named;
}

/** Compares a run with `expected`, the run on the backend cpu. Every test that passes there must have run here. */
export function compareRuns(
  results: readonly TestResult[],
  expected: readonly TestResult[],
  exceptions: readonly Exception[],
): RunComparison {
  const actual = byName(results);
  const failures = [...actual].filter(([, { status }]) => status === 'failed');
  for (const [name, { status }] of byName(expected)) {
    const other = actual.get(name)?.status;
    if (status !== 'passed' || other === 'passed' || other === 'failed') continue;
    failures.push([name, { name, status: 'failed', message: 'did not run' }]);
  }
  const excused = new Map<string, string[]>();
  const faults: string[] = [];
  const used = new Set<Exception | string>();
  for (const [name, { message }] of failures) {
    const exception = exceptions.find((candidate) => excuses(candidate, name, message));
    if (exception === undefined) {
      faults.push(`${name}: ${message}`);
      continue;
    }
    used.add(exception).add(name);
    excused.set(exception.reason, [...(excused.get(exception.reason) ?? []), name]);
  }
  const count = (wanted: TestResult['status']) => results.filter(({ status }) => status === wanted).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    pending: count('pending'),
    excused: [...excused].map(([reason, tests]) => ({ reason, tests })),
    faults,
    used,
  };
}

function excuses({ kernel, message, tests }: Exception, name: string, said: string): boolean {
  if (kernel !== undefined) return said.includes(`Kernel '${kernel}' not registered`);
  return message?.test(said) || tests?.includes(name) || false;
}

/** Exceptions that excused nothing in any run, because the tests pass now. */
export function staleExceptions(exceptions: readonly Exception[], comparisons: readonly RunComparison[]): string[] {
  const isUsed = (what: Exception | string) => comparisons.some(({ used }) => used.has(what));
  return exceptions.flatMap((exception) => {
    if (exception.tests !== undefined) return exception.tests.filter((name) => !isUsed(name));
    return isUsed(exception) ? [] : [exception.kernel ?? String(exception.message)];
  });
}
