import { expect, it } from 'vitest';
import { normaliseCaption } from './caption.ts';

it.each([
  ['\n Pink Flower ', 'pink flower'],
  ['two\r\nlines\tand\u00a0a  gap', 'two lines and a gap'],
  ['a\u0000b\u007fc', 'a b c'],
  ['ÜNÏ 花', 'ünï 花'],
  ['half \ud83c', 'half \ufffd'],
  ['🌸', '🌸'],
  [' \u0000\n', ''],
])('%j becomes %j', (typed, caption) => {
  expect(normaliseCaption(typed)).toBe(caption);
});
