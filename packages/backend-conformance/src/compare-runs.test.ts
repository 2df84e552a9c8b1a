import { describe, expect, it } from 'vitest';
import { compareRuns, staleExceptions, type TestResult } from './compare-runs.ts';
import type { Exception } from './exceptions.ts';

const passed = (name: string): TestResult => ({ name, status: 'passed', message: '' });
const failed = (name: string, message: string): TestResult => ({ name, status: 'failed', message });

const KERNEL: Exception = { reason: 'not needed', kernel: 'Einsum' };
const MESSAGE: Exception = { reason: 'numbers only', message: /Unknown dtype string/ };
const TESTS: Exception = { reason: 'rounds otherwise', tests: ['round backend', 'round int32'] };
const EXCEPTIONS = [KERNEL, MESSAGE, TESTS];

describe('compareRuns', () => {
  it('excuses failures by kernel, message and name, and nothing else', () => {
    const results = [
      passed('add backend {} works'),
      failed('einsum backend {} trace', "Error: Kernel 'Einsum' not registered for backend 'wasm'"),
      failed('einsum backend {} refuses', "Expected …, but it threw 'Kernel 'Einsum' not registered for …'"),
      failed('fill backend {} string', 'Error: Unknown dtype string'),
      failed('round int32', 'Arrays differ'),
      failed('add backend {} gradient', "Error: Kernel 'Add' not registered for backend 'wasm'"),
      { name: 'debug', status: 'pending', message: '' } as const,
    ];
    const comparison = compareRuns(results, [], EXCEPTIONS);
    expect(comparison).toMatchObject({ passed: 1, failed: 5, pending: 1 });
    expect(comparison.excused).toEqual([
      { reason: 'not needed', tests: ['einsum trace', 'einsum refuses'] },
      { reason: 'numbers only', tests: ['fill string'] },
      { reason: 'rounds otherwise', tests: ['round int32'] },
    ]);
    expect(comparison.faults).toEqual(["add gradient: Error: Kernel 'Add' not registered for backend 'wasm'"]);
  });

  it('reports tests that did not run, and distinguishes tests of the same name', () => {
    const expected = [passed('pool backend {} max'), passed('pool backend {} max'), passed('tile backend {} 1d')];
    const { faults } = compareRuns([passed('pool backend {} max')], expected, []);
    expect(faults).toEqual(['pool max (2): did not run', 'tile 1d: did not run']);
    const excepted = compareRuns([], [passed('cpu only')], [{ reason: 'declared for cpu', tests: ['cpu only'] }]);
    expect(excepted).toMatchObject({ faults: [], excused: [{ reason: 'declared for cpu', tests: ['cpu only'] }] });
  });
});

describe('staleExceptions', () => {
  it('names exceptions that no run needed', () => {
    const one = compareRuns([failed('einsum a', "Kernel 'Einsum' not registered for")], [], EXCEPTIONS);
    const other = compareRuns([failed('round int32', 'Arrays differ')], [], EXCEPTIONS);
    expect(staleExceptions(EXCEPTIONS, [one, other])).toEqual(['/Unknown dtype string/', 'round backend']);
    expect(staleExceptions(EXCEPTIONS, [other])).toEqual(['Einsum', '/Unknown dtype string/', 'round backend']);
  });
});
