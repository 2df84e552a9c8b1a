import { expect, it } from 'vitest';
import { datasetInfo } from './dataset-info.ts';
import { InMemoryDataset } from './in-memory-dataset.ts';

const dataset = (testItem: number) =>
  new InMemoryDataset({
    name: 'six',
    storedSize: 1,
    classNames: ['a', 'b', 'c'],
    labels: Int32Array.of(0, 0, 0, 1, 1, 2),
    splits: { train: Int32Array.of(0, 1), val: Int32Array.of(3), test: Int32Array.of(testItem) },
    captions: [['x'], ['x', 'y'], ['x'], ['x'.repeat(201)], ['x'.repeat(202)], ['x', 'y', 'z']],
    images: new Uint8Array(18),
    fingerprint: 'f',
  });

it('counts everything', () => {
  expect(datasetInfo(dataset(5))).toEqual({
    name: 'six',
    fingerprint: 'f',
    storedSize: 1,
    images: 6,
    captions: 9,
    captionsPerImage: [1, 3],
    longCaptions: 1,
    classes: 3,
    imagesPerClass: [1, 3],
    splits: { train: { images: 2, classes: 1 }, val: { images: 1, classes: 1 }, test: { images: 1, classes: 1 } },
    classDisjoint: true,
  });
});

it('detects a class in two splits', () => {
  expect(datasetInfo(dataset(2)).classDisjoint).toBe(false);
});
