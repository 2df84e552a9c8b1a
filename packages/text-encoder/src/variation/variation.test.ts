import { ConfigError, Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { editCaption, rewordCaption } from './edit-caption.ts';
import { nameCaption } from './name-caption.ts';
import { assertVariation, type CaptionVariation, varyCaption, withoutBeginning } from './vary-caption.ts';
import { inWords, PLAIN_COLOURS } from './words.ts';

/** Every variant that many draws give. */
function all(draw: (rng: Rng) => string | undefined, draws = 400): Set<string | undefined> {
  const rng = new Rng(5);
  return new Set(Array.from({ length: draws }, () => draw(rng)));
}

describe('editCaption', () => {
  it('makes of two colours, a denial and a count what the caption does not say', () => {
    const edits = all((rng) => editCaption('five red petals with a yellow center', rng));
    expect(edits).toContain('five yellow petals with a red center');
    expect(edits).toContain('five blue petals with a yellow center');
    expect(edits).toContain('five red petals with a white center');
    expect(edits).toContain('five red petals without a yellow center');
    expect(edits).toContain('three red petals with a yellow center');
    expect(edits).not.toContain('five red petals with a yellow center');
    expect(edits).not.toContain('five yellow petals with a yellow center');
    expect(edits).not.toContain(undefined);
  });

  it.each([
    ['this flower has no red petals.', 'this flower has red petals.'],
    ['This flower has a red center', 'This flower has no red center'],
    ['petals that are not red', 'petals that are red'],
    ['the petals are red', 'the petals are not red'],
    ['petals without spots', 'petals with spots'],
  ])('denies %j or takes it back: %j', (caption, expected) => {
    expect(all((rng) => editCaption(caption, rng))).toContain(expected);
  });

  it('does not exchange colours of one thing, nor takes a colour for its like', () => {
    const joint = all((rng) => editCaption('red and yellow', rng));
    expect(joint).not.toContain('yellow and red');
    const lavender = all((rng) => editCaption('lavender petals', rng));
    expect(lavender).toContain('red petals');
    for (const like of ['purple petals', 'blue petals', 'pink petals']) expect(lavender).not.toContain(like);
    const many = all((rng) => editCaption('several petals', rng));
    expect(many).toContain('three petals');
    expect(many).not.toContain('many petals');
  });

  it('leaves alone what says nothing that it can change', () => {
    expect(editCaption('a flower', new Rng(1))).toBeUndefined();
    expect(editCaption('', new Rng(1))).toBeUndefined();
    expect(editCaption('hasty redder', new Rng(1))).toBeUndefined();
  });
});

describe('rewordCaption', () => {
  it('draws colours and parts anew, leaves small words out and joins clauses otherwise', () => {
    const reworded = [...all((rng) => rewordCaption('this red petal, the tall stem', rng), 2000)] as string[];
    const read = reworded.map((text) => /^(?:this )?(\p{L}+) (\p{L}+)(?:,| and)(?: the)? tall (\p{L}+)$/u.exec(text)!);
    expect(read.every(Boolean)).toBe(true);
    const seen = (group: number) => new Set(read.map((found) => found[group]!));
    expect(seen(1)).toEqual(new Set(PLAIN_COLOURS));
    for (const group of [2, 3])
      expect([...seen(group)]).toEqual(expect.arrayContaining(['petal', 'stem', 'center', 'tips']));
    for (const part of [', the', ', tall', ' and the', ' and tall'])
      expect(reworded.some((text) => text.includes(part))).toBe(true);
  });

  it('leaves something of what is all small words', () => {
    expect(all((rng) => rewordCaption('the', rng))).toEqual(new Set(['the']));
  });
});

describe('varyCaption', () => {
  const caption = 'this flower has red petals, a yellow center and a long stamen.';
  const vary = (variation: CaptionVariation) => all((rng) => varyCaption(caption, variation, rng, () => 'five leaves'));

  it('draws nothing and changes nothing unless told to', () => {
    const rng = new Rng(3);
    const state = rng.getState();
    expect(varyCaption(caption, { typos: 0, beginning: 0 }, rng, () => '')).toBe(caption);
    expect(rng.getState()).toEqual(state);
  });

  it.each<[CaptionVariation, string]>([
    [{ beginning: 1 }, 'red petals, a yellow center and a long stamen.'],
    [{ offset: 1 }, 'petals, a yellow center and a long stamen.'],
    [{ crop: 1 }, 'a yellow center'],
    [{ crop: 1, beginning: 1 }, 'red petals'],
    [{ join: 1 }, 'five leaves, this flower has red petals, a yellow center and a long stamen'],
    [{ letterCase: 1 }, 'THIS FLOWER HAS RED PETALS, A YELLOW CENTER AND A LONG STAMEN.'],
    [{ letterCase: 1 }, 'This Flower Has Red Petals, A Yellow Center And A Long Stamen.'],
    [{ punctuation: 1 }, 'this flower has red petals a yellow center and a long stamen'],
  ])('%j can give %j', (variation, expected) => {
    expect(vary(variation)).toContain(expected);
  });

  it('mistypes and leaves out letters at the chance given', () => {
    const mistyped = [...vary({ typos: 1 })].map((text) => inWords(text!));
    const words = inWords(caption);
    for (const variant of mistyped) {
      expect(variant).toHaveLength(words.length);
      variant.forEach((word, i) => {
        if (i % 2 === 1 || word.length < 3) return;
        expect(word[0]).toBe(words[i]![0]);
        expect(Math.abs(word.length - words[i]!.length)).toBeLessThanOrEqual(1);
      });
    }
    const lengths = [...vary({ characterDropout: 0.25 })].map((text) => text!.replace(/\P{L}/gu, '').length);
    const letters = caption.replace(/\P{L}/gu, '').length;
    expect(lengths.reduce((a, b) => a + b) / lengths.length / letters).toBeCloseTo(0.75, 1);
    expect(vary({ characterDropout: 1 })).toEqual(new Set([caption]));
  });

  it('refuses what is no chance', () => {
    expect(() => assertVariation({ crop: 1.5 })).toThrow(ConfigError);
    expect(() => assertVariation({ typos: Number.NaN })).toThrow(/typos must be/);
  });
});

it.each([
  ['this flower has red petals', 'red petals'],
  ['The petals of this flower are red', 'red'],
  ['a flower with long petals', 'long petals'],
  ['this is a red flower', 'red flower'],
  ['there are many petals', 'many petals'],
  ['this flower has petals that are red', 'red'],
  ['this pink flower has a stem', 'this pink flower has a stem'],
  ['red petals', 'red petals'],
  ['this flower is', 'this flower is'],
])('withoutBeginning(%j) is %j', (caption, rest) => {
  expect(withoutBeginning(caption)).toBe(rest);
});

it('nameCaption names the flower, with or without what else is said', () => {
  const named = all((rng) => nameCaption('this flower has red petals', 'azalea', rng));
  expect(named).toEqual(
    new Set(['azalea', 'an azalea', 'this is an azalea', 'this azalea has red petals', 'an azalea with red petals']),
  );
  expect(all((rng) => nameCaption('red petals', 'rose', rng))).toContain('a rose, red petals');
});
