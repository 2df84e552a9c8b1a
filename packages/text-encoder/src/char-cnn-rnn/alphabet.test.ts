import { describe, expect, it } from 'vitest';
import { ALPHABET, characterSlots, MAX_CHARACTERS, readLength } from './alphabet.ts';

describe('the alphabet', () => {
  it('has the 70 slots of the authors, the hyphen in the later of its two', () => {
    expect(ALPHABET).toHaveLength(70);
    const characters = [...new Set(ALPHABET)];
    expect(characters).toHaveLength(69);
    const slots = Object.fromEntries(
      characters.map((character) => [character, characterSlots(character, 'authors')[0]]),
    );
    expect(slots).toMatchObject({ a: 1, z: 26, 0: 27, 9: 36, ',': 38, ';': 39, '.': 40, '!': 41, '?': 42, ':': 43 });
    expect(slots).toMatchObject({ "'": 44, '"': 45, '/': 46, '\\': 47, '|': 48, _: 49, '@': 50, '#': 51, $: 52 });
    expect(slots).toMatchObject({ '%': 53, '^': 54, '&': 55, '*': 56, '~': 57, '`': 58, '+': 59, '-': 60, '=': 61 });
    expect(slots).toMatchObject({ '<': 62, '>': 63, '(': 64, ')': 65, '[': 66, ']': 67, '{': 68, '}': 69, ' ': 70 });
    expect(Object.values(slots)).not.toContain(37);
  });
});

describe('characterSlots', () => {
  it('stops at the first unknown character as the authors do', () => {
    expect(characterSlots('ab🌸c', 'authors')).toEqual(Uint8Array.of(1, 2));
    expect(characterSlots('aBc', 'authors')).toEqual(Uint8Array.of(1));
    expect(characterSlots('🌸', 'authors')).toHaveLength(0);
  });

  it('forgives: small letters for capitals, one space for each other unknown character', () => {
    expect(characterSlots('aB🌸c\n', 'forgiving')).toEqual(Uint8Array.of(1, 2, 70, 3, 70));
    expect(characterSlots('é', 'forgiving')).toEqual(Uint8Array.of(70));
  });

  it('agrees on captions of small letters, figures and signs', () => {
    const caption = 'this flower has 5-petalled, pink & white blossoms (very "nice")!';
    expect(characterSlots(caption, 'forgiving')).toEqual(characterSlots(caption, 'authors'));
  });

  it.each(['authors', 'forgiving'] as const)('cuts what is longer than 201 characters (%s)', (policy) => {
    const long = 'pink petals '.repeat(834);
    expect(long.length).toBeGreaterThan(10_000);
    const slots = characterSlots(long, policy);
    expect(slots).toEqual(characterSlots(long.slice(0, MAX_CHARACTERS), policy));
    expect(slots).toHaveLength(MAX_CHARACTERS);
    expect(characterSlots('🌸'.repeat(5000), 'forgiving')).toHaveLength(MAX_CHARACTERS);
  });
});

describe('readLength', () => {
  it.each([
    ['short', 5],
    ['a'.repeat(300), 201],
    [`${'🌸'.repeat(200)}ab`, 401],
    ['', 0],
  ])('of %j is %i', (caption, units) => {
    expect(readLength(caption, 'forgiving')).toBe(units);
  });

  it('ends where the authors stop', () => {
    expect(readLength('red Flower', 'authors')).toBe(4);
  });
});
