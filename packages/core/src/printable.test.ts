import { expect, it } from 'vitest';
import { printable } from './printable.ts';

it('escapes control characters, and keeps tabs, line feeds and other scripts', () => {
  expect(printable('a\u001b[2J\u0007\r\u009b31m')).toBe('a\\u001b[2J\\u0007\\u000d\\u009b31m');
  expect(printable('two\n\tlines: ü 花 😀')).toBe('two\n\tlines: ü 花 😀');
});
