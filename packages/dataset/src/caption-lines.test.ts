import { expect, it } from 'vitest';
import { captionLines } from './caption-lines.ts';

it.each<[string, string[]]>([
  ['a rose\nanother\n', ['a rose', 'another']],
  ['a rose\r\n\r\n  another  \rthird', ['a rose', 'another', 'third']],
  ['\uFEFFwith a mark', ['with a mark']],
  ['this flower, with "quotes" -  and  spaces.', ['this flower, with "quotes" -  and  spaces.']],
  [' \n\t\n', []],
  ['', []],
])('reads %j', (text, lines) => {
  expect(captionLines(text)).toEqual(lines);
});
