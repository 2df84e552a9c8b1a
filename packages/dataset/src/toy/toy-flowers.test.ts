import { ConfigError } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { TOY_CLASSES } from './attributes.ts';
import type { ToyFlowers } from './toy-flowers.ts';
import { createToyFlowers } from './toy-flowers.ts';

describe('createToyFlowers', () => {
  it('gives a data set that knows its attributes', async () => {
    const flowers = await createToyFlowers({ images: 130 });
    expect(flowers).toMatchObject({ name: 'toy-flowers', size: 130, storedSize: 38 });
    expect(flowers.classNames).toEqual(TOY_CLASSES.map(({ name }) => name));
    expect((await flowers.readImages([0, 129])).length).toBe(2 * 38 * 38 * 3);
    for (let item = 0; item < flowers.size; item++) {
      expect(flowers.attributes(item)).toMatchObject({ petalColour: TOY_CLASSES[item % 60]!.petalColour });
      expect(flowers.captions(item)).toHaveLength(10);
    }
  });

  it('splits by class: every item is in the split of its class', async () => {
    const { splits, labels } = await createToyFlowers({ images: 130 });
    for (const split of ['train', 'val', 'test'] as const) {
      for (const item of splits[split]) expect(TOY_CLASSES[labels[item]!]!.split).toBe(split);
    }
    expect(splits.train.length + splits.val.length + splits.test.length).toBe(130);
  });

  it('is the same from the same seed, bit for bit and for ever', async () => {
    const [first, again, other] = await Promise.all([1, 1, 2].map((seed) => createToyFlowers({ images: 60, seed })));
    expect(first!.fingerprint).toBe('ef0775a8214c5d7b');
    expect(again!.fingerprint).toBe(first!.fingerprint);
    expect(other!.fingerprint).not.toBe(first!.fingerprint);
  });

  it('begins a larger set with the smaller one, and has the same flowers at another size', async () => {
    const small = await createToyFlowers({ images: 60 });
    const more = await createToyFlowers({ images: 70 });
    const larger = await createToyFlowers({ images: 60, storedSize: 76 });
    const items = [...small.labels.keys()];
    const bytes = async (flowers: ToyFlowers) => Buffer.from(await flowers.readImages(items));
    expect((await bytes(more)).equals(await bytes(small))).toBe(true);
    for (const item of items) {
      expect(more.captions(item)).toEqual(small.captions(item));
      expect(larger.captions(item)).toEqual(small.captions(item));
      expect(larger.attributes(item)).toEqual(small.attributes(item));
    }
  });

  it.each([{ images: 59 }, { images: 100.5 }, { storedSize: 31 }, { seed: 0.5 }])('refuses %o', async (options) => {
    await expect(createToyFlowers(options)).rejects.toThrow(ConfigError);
  });
});
