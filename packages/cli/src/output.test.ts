import { afterEach, expect, it, vi } from 'vitest';
import { consoleOutput, printable } from './output.ts';

afterEach(() => vi.restoreAllMocks());

it('spells what a terminal would take for a command, and keeps lines and every letter', () => {
  expect(printable('a\u001b[2J\u0007\r\u009b31m')).toBe('a\\u001b[2J\\u0007\\u000d\\u009b31m');
  expect(printable('two\n\tlines: ü 花 😀')).toBe('two\n\tlines: ü 花 😀');
});

it('does so in every message, and leaves results as they are', () => {
  const written: string[] = [];
  const take = (text: unknown) => written.push(String(text)) > 0;
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  consoleOutput.info('\u001b');
  consoleOutput.warn('\u001b');
  consoleOutput.error('\u001b');
  consoleOutput.write('\u001b');
  expect(written).toEqual(['\\u001b\n', 'warning: \\u001b\n', '\\u001b\n', '\u001b']);
});
