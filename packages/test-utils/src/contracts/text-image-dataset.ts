/** What every `TextImageDataset` keeps to. */

import type { TextImageDataset } from '@t2i/core';
import { describe, expect, it } from 'vitest';

export interface DatasetContract {
  /** A data set of at least two items; two calls give the same one. */
  readonly open: () => TextImageDataset | Promise<TextImageDataset>;
}

/** Registers the tests. */
export function testTextImageDataset(name: string, { open }: DatasetContract): void {
  const using = async (use: (dataset: TextImageDataset) => Promise<void> | void) => {
    const dataset = await open();
    try {
      await use(dataset);
    } finally {
      await dataset.close();
    }
  };

  describe(`${name} as a TextImageDataset`, () => {
    it('has a class and captions for every item', () =>
      using((dataset) => {
        expect(dataset.name).not.toBe('');
        expect(dataset.size).toBeGreaterThanOrEqual(2);
        expect(dataset.labels).toHaveLength(dataset.size);
        for (let item = 0; item < dataset.size; item++) {
          expect(dataset.classNames[dataset.labels[item]!]).toEqual(expect.any(String));
          const captions = dataset.captions(item);
          expect(captions.length).toBeGreaterThan(0);
          expect(captions.every((caption) => caption.trim() !== '')).toBe(true);
        }
      }));

    it('has splits of ascending items that share none', () =>
      using(({ splits, size }) => {
        const all = Object.values(splits).flatMap((items) => {
          expect([...items]).toEqual([...items].sort((a, b) => a - b));
          return [...items];
        });
        expect(new Set(all).size).toBe(all.length);
        expect(all.every((item) => Number.isInteger(item) && item >= 0 && item < size)).toBe(true);
      }));

    it('reads images in the order asked for, repeats included', () =>
      using(async (dataset) => {
        const length = dataset.storedSize ** 2 * 3;
        const [first, last] = [await dataset.readImages([0]), await dataset.readImages([dataset.size - 1])];
        expect([first.length, last.length]).toEqual([length, length]);
        const three = await dataset.readImages([dataset.size - 1, 0, dataset.size - 1]);
        expect(three).toEqual(Uint8Array.from([...last, ...first, ...last]));
        expect(await dataset.readImages([])).toHaveLength(0);
      }));

    it('refuses items that it does not have', () =>
      using(async (dataset) => {
        for (const item of [-1, dataset.size, 0.5, Number.NaN]) {
          await expect(dataset.readImages([0, item]), `${item}`).rejects.toThrow();
          expect(() => dataset.captions(item), `${item}`).toThrow();
        }
      }));

    it('is the same data set when it is opened again', () =>
      using((dataset) =>
        using((again) => {
          expect(again.fingerprint).toBe(dataset.fingerprint);
          expect(dataset.fingerprint).not.toBe('');
        }),
      ));
  });
}
