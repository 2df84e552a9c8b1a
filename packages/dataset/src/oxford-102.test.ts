import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatasetError } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { oxfordDirectory } from './__fixtures__/oxford-directory.ts';
import { captionNumbers, OXFORD_102_CLASSES, oxfordLabels, oxfordSplits, photoNumber } from './oxford-102.ts';

const array = (...data: number[]) => ({ shape: [1, data.length], data: Float64Array.from(data) });

describe('Oxford-102', () => {
  it.each<[string, number | undefined]>([
    ['jpg/image_00042.jpg', 42],
    ['image_08189.jpg', 8189],
    ['102flowers/jpg/image_00001.jpg', 1],
    ['jpg/._image_00001.jpg', undefined],
    ['jpg/image_1.jpg', undefined],
    ['jpg/image_00001.jpg.txt', undefined],
  ])('reads the image number of %s', (path, expected) => {
    expect(photoNumber(path)).toBe(expected);
  });

  it.each<[string, ReturnType<typeof captionNumbers>]>([
    ['text_c10/class_00001/image_06734.txt', { label: 1, image: 6734 }],
    ['cvpr2016_flowers/text_c10/class_00102/image_08000.txt', { label: 102, image: 8000 }],
    ['text_c10/class_00001/image_06734.t7', undefined],
    ['text_c10/class_00001/._image_06734.txt', undefined],
    ['other/class_00001/image_06734.txt', undefined],
  ])('reads the numbers of %s', (path, expected) => {
    expect(captionNumbers(path)).toEqual(expected);
  });

  it('has 102 different class names', () => {
    expect(new Set(OXFORD_102_CLASSES).size).toBe(102);
  });

  it('puts the classes 1–20 into test, 21–40 into val, the rest into train', () => {
    const labels = oxfordLabels(new Map([['labels', array(1, 20, 21, 40, 41, 102)]]));
    expect(labels).toEqual(Int32Array.of(0, 19, 20, 39, 40, 101));
    expect(oxfordSplits(labels, 'class-disjoint', new Map())).toEqual(['test', 'test', 'val', 'val', 'train', 'train']);
  });

  it('leaves an image that setid.mat does not name in no split', () => {
    const sets = new Map([
      ['trnid', array(3)],
      ['valid', array(1)],
      ['tstid', array()],
    ] as const);
    expect(oxfordSplits(Int32Array.of(0, 0, 0), 'official', sets)).toEqual(['val', undefined, 'train']);
  });

  it('refuses files that hold something else', () => {
    expect(() => oxfordLabels(new Map())).toThrow(DatasetError);
    expect(() => oxfordLabels(new Map())).toThrow(/imagelabels\.mat has no numeric array "labels"/);
    expect(() => oxfordLabels(new Map([['labels', array(1, 103)]]))).toThrow(/image 2 the class 103/);
    expect(() => oxfordLabels(new Map([['labels', array(0)]]))).toThrow(/numbers from 1/);
    const sets = new Map([
      ['trnid', array(9)],
      ['valid', array()],
      ['tstid', array()],
    ] as const);
    expect(() => oxfordSplits(Int32Array.of(0), 'official', sets)).toThrow(/setid\.mat names image 9; there are 1/);
  });
});

describe.skipIf(oxfordDirectory === undefined)('Oxford-102 beside the real files', () => {
  const json = (name: string) => JSON.parse(readFileSync(join(oxfordDirectory!, name), 'utf8'));

  it('has the names of cat_to_name.json', () => {
    const names: Record<string, string> = json('cat_to_name.json');
    expect(OXFORD_102_CLASSES).toEqual(Array.from({ length: 102 }, (_, k) => names[k + 1]));
  });

  it('has the split of class-split.json', () => {
    const classes: Record<string, number[]> = json('class-split.json');
    const labels = Int32Array.from({ length: 102 }, (_, k) => k);
    const splits = oxfordSplits(labels, 'class-disjoint', new Map());
    for (const [name, members] of Object.entries(classes)) {
      expect(splits.flatMap((split, k) => (split === name ? [k + 1] : []))).toEqual(members);
    }
  });
});
