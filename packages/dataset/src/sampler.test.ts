import { DatasetError, Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { InMemoryDataset } from './in-memory-dataset.ts';
import type { PairSamplerOptions } from './sampler.ts';
import { PairSampler } from './sampler.ts';

/** Classes of 1, 3, 6 and 2 items, the last one in test; item i has the captions `i.0` … `i.9`. */
const LABELS = [0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3];

function dataset(labels = LABELS): InMemoryDataset {
  const items = labels.map((_, i) => i);
  return new InMemoryDataset({
    name: 'uneven',
    storedSize: 1,
    classNames: ['a', 'b', 'c', 'd'],
    labels: Int32Array.from(labels),
    splits: {
      train: Int32Array.from(items.filter((i) => labels[i]! < 2)),
      val: Int32Array.from(items.filter((i) => labels[i] === 2)),
      test: Int32Array.from(items.filter((i) => labels[i] === 3)),
    },
    captions: items.map((i) => Array.from({ length: 10 }, (_, k) => `${i}.${k}`)),
    images: new Uint8Array(labels.length * 3),
  });
}

function draw(count: number, options?: PairSamplerOptions, seed = 1) {
  const sampler = new PairSampler(dataset(), new Rng(seed), options);
  return Array.from({ length: count }, () => sampler.next());
}

function shares<K>(keys: readonly K[]): Map<K, number> {
  const counts = new Map<K, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1 / keys.length);
  return counts;
}

describe.each(['class-uniform', 'image-uniform'] as const)('PairSampler, %s', (sampling) => {
  const pairs = draw(20_000, { sampling });

  it('mismatches with another class every time', () => {
    expect(pairs.every(({ item, wrongItem }) => LABELS[item] !== LABELS[wrongItem])).toBe(true);
  });

  it('gives an image its own captions, on both sides', () => {
    const own = ({ item, captions, wrongItem, wrongCaptions }: (typeof pairs)[number]) =>
      captions.every((c) => c.startsWith(`${item}.`)) && wrongCaptions.every((c) => c.startsWith(`${wrongItem}.`));
    expect(pairs.every(own)).toBe(true);
  });

  it('stays within train and val', () => {
    expect(new Set(pairs.flatMap((pair) => [pair.item, pair.wrongItem]))).toEqual(
      new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    );
  });
});

describe('PairSampler', () => {
  it('draws classes uniformly, then images uniformly within the class', () => {
    const pairs = draw(60_000);
    const classes = shares(pairs.map(({ item }) => LABELS[item]));
    for (const k of [0, 1, 2]) expect(classes.get(k)).toBeCloseTo(1 / 3, 2);
    const items = shares(pairs.map(({ item }) => item));
    for (const i of [4, 5, 6, 7, 8, 9]) expect(items.get(i)).toBeCloseTo(1 / 18, 2);
    const wrongClasses = shares(pairs.map(({ wrongItem }) => LABELS[wrongItem]));
    for (const k of [0, 1, 2]) expect(wrongClasses.get(k)).toBeCloseTo(1 / 3, 2);
  });

  it('draws images uniformly when asked to, and the wrong one uniformly among the other classes', () => {
    const pairs = draw(60_000, { sampling: 'image-uniform' });
    const items = shares(pairs.map(({ item }) => item));
    for (let i = 0; i < 10; i++) expect(items.get(i)).toBeCloseTo(0.1, 2);
    const wrongOfB = shares(pairs.filter(({ item }) => LABELS[item] === 1).map(({ wrongItem }) => wrongItem));
    expect([...wrongOfB.keys()].sort((a, b) => a - b)).toEqual([0, 4, 5, 6, 7, 8, 9]);
    for (const share of wrongOfB.values()) expect(share).toBeCloseTo(1 / 7, 2);
  });

  it('uses the first captions only, as many as asked for, with replacement', () => {
    const used = (pairs: ReturnType<typeof draw>) =>
      new Set(pairs.flatMap((p) => p.captions.map((c) => c.split('.')[1])));
    expect(used(draw(2000)).size).toBe(10);
    expect(used(draw(2000, { captionsPerImage: 5 }))).toEqual(new Set(['0', '1', '2', '3', '4']));
    const four = draw(2000, { numCaptions: 4, captionsPerImage: 5 });
    expect(four.every(({ captions, wrongCaptions }) => captions.length === 4 && wrongCaptions.length === 4)).toBe(true);
    const repeated = four.filter(({ captions }) => new Set(captions).size < 4).length / four.length;
    expect(repeated).toBeCloseTo(1 - (5 * 4 * 3 * 2) / 5 ** 4, 1);
  });

  it('draws from the splits it is given', () => {
    const items = draw(500, { splits: ['val', 'test'] }).map(({ item }) => item);
    expect(Math.min(...items)).toBe(4);
    expect(Math.max(...items)).toBe(11);
  });

  it('gives edits of the right captions for a share of the wrong ones, where there are any', () => {
    const edit = (caption: string, rng: Rng) =>
      caption.endsWith('.0') ? undefined : `${caption}, edited ${rng.integer(2)}`;
    const pairs = draw(20_000, { editedShare: 0.4, edit });
    const edited = pairs.filter(({ wrongCaptions }) => wrongCaptions[0]!.includes('edited'));
    expect(edited.length / pairs.length).toBeCloseTo(0.4 * 0.9, 1);
    for (const { captions, wrongCaptions } of edited) expect(wrongCaptions[0]).toContain(`${captions[0]}, edited`);
    const others = pairs.filter((pair) => !edited.includes(pair));
    expect(others.every(({ wrongItem, wrongCaptions }) => wrongCaptions[0]!.startsWith(`${wrongItem}.`))).toBe(true);
    const all = draw(200, { editedShare: 1, edit, numCaptions: 2 });
    expect(all.every(({ wrongCaptions }) => wrongCaptions.length === 2)).toBe(true);
    expect(draw(50, { editedShare: 0, edit })).toEqual(draw(50));
  });

  it.each<PairSamplerOptions>([{ editedShare: 0.5 }, { editedShare: 1.5, edit: (caption) => caption }])(
    'refuses %o',
    (options) => {
      expect(() => draw(1, options)).toThrow(/editedShare must be/);
    },
  );

  it('continues from a saved state exactly', () => {
    const sampler = new PairSampler(dataset(), new Rng(3));
    for (let i = 0; i < 17; i++) sampler.next();
    const state = JSON.parse(JSON.stringify(sampler.state()));
    const expected = Array.from({ length: 50 }, () => sampler.next());
    const other = new PairSampler(dataset(), new Rng(99));
    other.load(state);
    expect(Array.from({ length: 50 }, () => other.next())).toEqual(expected);
  });

  it('refuses a set without a second class instead of searching for ever', () => {
    const one = () => new PairSampler(dataset([1, 1, 1]), new Rng(1));
    expect(one).toThrow(DatasetError);
    expect(one).toThrow(/only one class in "train" and "val"/);
    expect(() => new PairSampler(dataset([0, 1]), new Rng(1), { splits: ['test'] })).toThrow(/no items in "test"/);
  });

  it.each([{ captionsPerImage: 0 }, { numCaptions: 1.5 }])('refuses %o', (options) => {
    expect(() => draw(1, options)).toThrow(/must be at least 1/);
  });
});
