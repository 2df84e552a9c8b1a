import { describe, expect, it } from 'vitest';
import { batch, normal } from './__fixtures__/golden.ts';
import { captionRetrieval } from './caption-retrieval.ts';

const labels = [0, 0, 1, 1];

describe('captionRetrieval', () => {
  it('finds images that point where their captions point', () => {
    const vectors = normal(1, 4, 16);
    expect(captionRetrieval(vectors, vectors, labels)).toEqual({
      recallAt: { 1: 1, 5: 1, 10: 1 },
      medianRank: 1,
      sameClassFirst: 1,
      count: 4,
    });
  });

  it('ranks by hand', () => {
    const images = batch([4, 3, 2, 1], 1);
    const { recallAt, medianRank, sameClassFirst } = captionRetrieval(images, batch([1, 1, 1, -1], 1), labels);
    // ranks 1, 2, 3 and, for the caption that turns the order, 1 again; first images are of classes 0, 0, 0, 1
    expect([recallAt[1], medianRank, sameClassFirst]).toEqual([0.5, 1.5, 0.75]);
  });

  it('gives equal images the middle rank and the share of their class', () => {
    const same = captionRetrieval(batch([1, 1, 1, 1], 1), normal(1, 4, 1), [0, 1, 1, 1]);
    expect(same).toMatchObject({ recallAt: { 1: 0, 5: 1 }, medianRank: 2.5, sameClassFirst: (1 * 1 + 3 * 3) / 16 });
  });
});
