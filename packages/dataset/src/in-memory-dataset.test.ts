import { DatasetError } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import type { InMemoryDatasetOptions } from './in-memory-dataset.ts';
import { InMemoryDataset } from './in-memory-dataset.ts';

/** Three items of 2×2 pixels; every byte of item i is 10·i. */
function options(): InMemoryDatasetOptions {
  return {
    name: 'three',
    storedSize: 2,
    classNames: ['rose', 'tulip'],
    labels: Int32Array.of(0, 1, 1),
    splits: { train: Int32Array.of(0, 1), val: Int32Array.of(), test: Int32Array.of(2) },
    captions: [['a red rose'], ['a tulip', 'another'], ['a tulip']],
    images: Uint8Array.from({ length: 36 }, (_, i) => 10 * Math.floor(i / 12)),
  };
}

describe('InMemoryDataset', () => {
  it('reads images in the order asked for, repeats included', async () => {
    const dataset = new InMemoryDataset(options());
    const pixels = await dataset.readImages([2, 0, 2]);
    expect(pixels).toEqual(Uint8Array.from({ length: 36 }, (_, i) => [20, 0, 20][Math.floor(i / 12)]!));
    expect(dataset.captions(1)).toEqual(['a tulip', 'another']);
    expect(dataset.size).toBe(3);
  });

  it('has a fingerprint that changes with a pixel, a caption, a label or a split, and with nothing else', () => {
    const changed: InMemoryDatasetOptions[] = [
      options(),
      { ...options(), images: options().images.with(35, 21) },
      { ...options(), captions: [['a red rose'], ['a tulip'], ['another', 'a tulip']] },
      { ...options(), labels: Int32Array.of(0, 0, 1) },
      { ...options(), splits: { ...options().splits, val: Int32Array.of(2), test: Int32Array.of() } },
    ];
    const fingerprints = changed.map((o) => new InMemoryDataset(o).fingerprint);
    expect(new Set(fingerprints).size).toBe(changed.length);
    expect(new InMemoryDataset(options()).fingerprint).toBe(fingerprints[0]);
    expect(fingerprints[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each<[string, Partial<InMemoryDatasetOptions>, RegExp]>([
    ['a label without a class', { labels: Int32Array.of(0, 2, 1) }, /item 1 has class 2 of 2/],
    ['too few pixels', { images: new Uint8Array(35) }, /35 bytes of images; it needs 36/],
    ['an item without captions', { captions: [['x'], [], ['y']] }, /Item 1 .* no caption/],
    ['a missing caption list', { captions: [['x'], ['y']] }, /3 labels and captions for 2/],
    ['a size of zero', { storedSize: 0, images: new Uint8Array() }, /stored size is 0/],
    [
      'an item in two splits',
      { splits: { train: Int32Array.of(0, 1), val: Int32Array.of(1), test: Int32Array.of(2) } },
      /item 1 is in the splits "train" and "val"/,
    ],
    [
      'an item that does not exist',
      { splits: { train: Int32Array.of(3), val: Int32Array.of(), test: Int32Array.of() } },
      /names item 3 of 3/,
    ],
    [
      'a split out of order',
      { splits: { train: Int32Array.of(1, 0), val: Int32Array.of(), test: Int32Array.of() } },
      /not ascending at item 0/,
    ],
  ])('refuses %s', (_, change, message) => {
    const build = () => new InMemoryDataset({ ...options(), ...change });
    expect(build).toThrow(DatasetError);
    expect(build).toThrow(message);
  });

  it('treats a wrong item number as a bug', async () => {
    const dataset = new InMemoryDataset(options());
    expect(() => dataset.captions(3)).toThrow(/item 3 of 3/);
    await expect(dataset.readImages([-1])).rejects.toThrow(/item -1 of 3/);
  });
});
