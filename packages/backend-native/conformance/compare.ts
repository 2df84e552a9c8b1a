/** What two runs of the suite say about each other. */

/** One test of one run, as report.ts writes it. */
export interface TestResult {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'pending' | 'excluded';
  /** The first failed expectation; empty when none failed. */
  readonly message: string;
}

/** A run of the whole suite with one backend. */
export interface SuiteRun {
  readonly backend: 'cpu' | 'native';
  /** What distinguishes runs of one backend, such as its instruction set; empty for cpu. */
  readonly variant: string;
  readonly results: readonly TestResult[];
}

/** A test that cpu passes and native does not. */
export interface Regression {
  readonly name: string;
  /** The runs concerned, by {@link SuiteRun.variant}. */
  readonly variants: readonly string[];
  readonly message: string;
  /** Why this is right; undefined when it is not. */
  readonly reason: string | undefined;
}

/** Tests by name without the backend in it, numbered where several share a name. */
export function byName({ backend, results }: SuiteRun): Map<string, TestResult> {
  const named = new Map<string, TestResult>();
  for (const result of results) {
    const plain = result.name.replaceAll(` ${backend} {}`, '');
    let name = plain;
    for (let count = 2; named.has(name); count++) name = `${plain} (${count})`;
    named.set(name, result);
  }
  return named;
}

/** Every test that `cpu` passes and any of `natives` fails, skips or lacks. `reasons`: name of a test → why it may. */
export function regressions(
  cpu: SuiteRun,
  natives: readonly SuiteRun[],
  reasons: Readonly<Record<string, string>> = {},
): Regression[] {
  const outcomes = natives.map((run) => ({ variant: run.variant, results: byName(run) }));
  return [...byName(cpu)].flatMap(([name, { status }]) => {
    const others = outcomes
      .map(({ variant, results }) => ({ variant, other: results.get(name) }))
      .filter(({ other }) => other?.status !== 'passed');
    if (status !== 'passed' || others.length === 0) return [];
    const { other } = others[0]!;
    const message = other === undefined ? 'did not run' : other.message || other.status;
    return [{ name, variants: others.map(({ variant }) => variant), message, reason: reasons[name] }];
  });
}

/** Number of tests with each outcome. */
export function countOutcomes({ results }: SuiteRun): Readonly<Record<TestResult['status'], number>> {
  const counts = { passed: 0, failed: 0, pending: 0, excluded: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}
