import { describe, expect, it } from 'vitest';
import type { Exception } from './exceptions.ts';
import { judge, staleExceptions, type TestResult } from './judge.ts';

const passed = (name: string): TestResult => ({ name, status: 'passed', message: '' });
const failed = (name: string, message: string): TestResult => ({ name, status: 'failed', message });

const KERNEL: Exception = { reason: 'not needed', kernel: 'Einsum' };
const MESSAGE: Exception = { reason: 'numbers only', message: /Unknown dtype string/ };
const TESTS: Exception = { reason: 'rounds otherwise', tests: ['round backend', 'round int32'] };
const EXCEPTIONS = [KERNEL, MESSAGE, TESTS];

describe('judge', () => {
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
    const verdict = judge(results, [], EXCEPTIONS);
    expect(verdict).toMatchObject({ passed: 1, failed: 5, pending: 1 });
    expect(verdict.excused).toEqual([
      { reason: 'not needed', tests: ['einsum trace', 'einsum refuses'] },
      { reason: 'numbers only', tests: ['fill string'] },
      { reason: 'rounds otherwise', tests: ['round int32'] },
    ]);
    expect(verdict.faults).toEqual(["add gradient: Error: Kernel 'Add' not registered for backend 'wasm'"]);
  });

  it('misses tests that did not run, and tells apart those of one name', () => {
    const expected = [passed('pool backend {} max'), passed('pool backend {} max'), passed('tile backend {} 1d')];
    const { faults } = judge([passed('pool backend {} max')], expected, []);
    expect(faults).toEqual(['pool max (2): did not run', 'tile 1d: did not run']);
    const excepted = judge([], [passed('cpu only')], [{ reason: 'declared for cpu', tests: ['cpu only'] }]);
    expect(excepted).toMatchObject({ faults: [], excused: [{ reason: 'declared for cpu', tests: ['cpu only'] }] });
  });
});

describe('staleExceptions', () => {
  it('names what no run needed any more', () => {
    const one = judge([failed('einsum a', "Kernel 'Einsum' not registered for")], [], EXCEPTIONS);
    const other = judge([failed('round int32', 'Arrays differ')], [], EXCEPTIONS);
    expect(staleExceptions(EXCEPTIONS, [one, other])).toEqual(['/Unknown dtype string/', 'round backend']);
    expect(staleExceptions(EXCEPTIONS, [other])).toEqual(['Einsum', '/Unknown dtype string/', 'round backend']);
  });
});
