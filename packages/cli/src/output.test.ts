import { afterEach, expect, it, vi } from 'vitest';
import { consoleOutput } from './output.ts';

afterEach(() => vi.restoreAllMocks());

it('escapes control characters in messages, and writes results unchanged', () => {
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
