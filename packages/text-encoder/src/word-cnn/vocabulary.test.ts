import { ConfigError } from '@t2i/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_WORDS, PAUSE, typingErrors, Vocabulary } from './vocabulary.ts';

const vocabulary = new Vocabulary(['the', PAUSE, 'white', 'red', 'petals', 'wide', 'chrysanthemum', 'a']);
const read = (caption: string) => {
  const { ids, ...rest } = vocabulary.read(caption);
  return { words: ids.map((id) => vocabulary.words[id]), ...rest };
};

describe('Vocabulary', () => {
  it('reads known words in any case, and a pause between clauses', () => {
    expect(read('The RED petals, white.')).toEqual({
      words: ['the', 'red', 'petals', PAUSE, 'white'],
      unknown: [],
      corrected: [],
      cut: [],
    });
    expect(read('…; red ... petals !').words).toEqual(['red', PAUSE, 'petals']);
  });

  it.each([
    ['rde', 'red'],
    ['redd', 'red'],
    ['wite', 'white'], // as near to “wide”, which is rarer
    ['whtie', 'white'],
    ['peatls', 'petals'],
    ['crysantemum', 'chrysanthemum'],
  ])('reads %s as %s, and says so', (typed, as) => {
    expect(read(typed)).toMatchObject({ words: [as], corrected: [{ typed, as }], unknown: [] });
  });

  it.each(['bed', 'th', 'rot', 'rouge', 'quantum', '红', '8'])('does not know %s', (word) => {
    expect(read(word)).toMatchObject({ words: [], unknown: [word] });
  });

  it('says which words were cut off', () => {
    const words = Array<string>(MAX_WORDS).fill('red');
    expect(read([...words, 'petals', 'quantum'].join(' ')).cut).toEqual(['petals', 'quantum']);
    expect(read(words.join(' ')).cut).toEqual([]);
  });

  it('is made of the words that enough captions have, the most frequent first', () => {
    const made = Vocabulary.of(['a red, red flower', 'a red one', 'a flower'], 2);
    expect(made.words).toEqual(['a', 'flower', 'red', PAUSE]);
    expect(() => new Vocabulary(['a', 'a'])).toThrow(ConfigError);
  });
});

it('typingErrors counts letters missing, added, wrong and exchanged', () => {
  expect([typingErrors('red', 'red'), typingErrors('rde', 'red'), typingErrors('rd', 'red')]).toEqual([0, 1, 1]);
  expect([typingErrors('', 'red'), typingErrors('kitten', 'sitting'), typingErrors('ca', 'abc')]).toEqual([3, 3, 3]);
  fc.assert(
    fc.property(fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (a, b) => {
      expect(typingErrors(a, b)).toBe(typingErrors(b, a));
      expect(typingErrors(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(typingErrors(a, b) === 0).toBe(a === b);
    }),
  );
});
