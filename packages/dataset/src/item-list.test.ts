import { DatasetError } from '@t2i/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatItems, type ItemRecord, parseItems, splitsOf } from './item-list.ts';

const path = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));
const item: fc.Arbitrary<ItemRecord> = fc.record({
  label: fc.nat(),
  split: fc.constantFrom('train', 'val', 'test', undefined),
  captionCount: fc.nat(),
  image: path,
  captionFile: path,
});

describe('the item list', () => {
  it('comes back as it was written', () => {
    const property = fc.property(fc.array(item), (items) => {
      expect(parseItems(formatItems(items), 'x')).toEqual(items);
    });
    fc.assert(property);
  });

  it('refuses a name that a line cannot hold', () => {
    const record: ItemRecord = { label: 0, split: 'train', captionCount: 1, image: 'a.jpg', captionFile: 'a.txt' };
    for (const name of ['a\tb', 'a\nb', 'a\u0000b']) {
      expect(() => formatItems([{ ...record, image: name }])).toThrow(DatasetError);
      expect(() => formatItems([{ ...record, captionFile: name }])).toThrow(/control character/);
    }
  });

  const whole = formatItems([{ label: 3, split: 'val', captionCount: 2, image: 'a', captionFile: 'b' }]);
  it.each<[string, string, RegExp]>([
    ['no header', whole.slice(6), /the list is incomplete/],
    ['a cut last line', whole.slice(0, -1), /the list is incomplete/],
    ['an unknown split', whole.replace('val', 'dev'), /damaged at line 2/],
    ['a label that is no number', whole.replace('3', '-3'), /damaged at line 2/],
    ['a missing column', whole.replace('\tb', ''), /damaged at line 2/],
    ['one column too many', whole.replace('\tb', '\tb\tc'), /damaged at line 2/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseItems(text, 'x')).toThrow(message);
    expect(() => parseItems(text, 'x')).toThrow(DatasetError);
  });

  it('lists the members of each split', () => {
    const splits = ['test', 'train', undefined, 'train'] as const;
    const items = splits.map(
      (split): ItemRecord => ({ label: 0, split, captionCount: 1, image: 'a', captionFile: 'b' }),
    );
    expect(splitsOf(items)).toEqual({ train: Int32Array.of(1, 3), val: Int32Array.of(), test: Int32Array.of(0) });
  });
});
