import { ConfigError } from '@t2i/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertNotBlank, tokenizeWords } from './captions.ts';

describe('tokenizeWords', () => {
  it('lower-cases words and numbers and drops the rest', () => {
    expect(tokenizeWords("This flower's 5-petalled, PINK & yellow!")).toEqual([
      'this',
      'flower',
      's',
      '5',
      'petalled',
      'pink',
      'yellow',
    ]);
  });

  it('keeps letters of every script with their marks, and folds compatibility forms', () => {
    expect(tokenizeWords('Blüten fleur écarlate 赤い花 फूल')).toEqual(['blüten', 'fleur', 'écarlate', '赤い花', 'फूल']);
    expect(tokenizeWords('e\u0301carlate ＰＩＮＫ')).toEqual(['écarlate', 'pink']);
  });

  it('finds nothing in emoji, punctuation and broken surrogates', () => {
    expect(tokenizeWords('🌸🌼 … \ud83c')).toEqual([]);
    expect(tokenizeWords('pink🌸flower')).toEqual(['pink', 'flower']);
  });

  it('is unmoved by being applied to its own words, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const words = tokenizeWords(text);
        expect(tokenizeWords(words.join(' ')).join('')).toBe(words.join(''));
      }),
    );
  });
});

describe('assertNotBlank', () => {
  it('names the caption', () => {
    expect(() => assertNotBlank(['a flower', '🌸'])).not.toThrow();
    expect(() => assertNotBlank(['a flower', ' \t\n'])).toThrow(ConfigError);
    expect(() => assertNotBlank(['a flower', ' \t\n'])).toThrow('Caption 2 of 2 is empty.');
  });
});
