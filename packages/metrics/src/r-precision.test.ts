import { Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { batch, normal } from './__fixtures__/golden.ts';
import { rPrecision } from './r-precision.ts';

const CLASSES = 10;
const DIM = 32;
const labels = Array.from({ length: 200 }, (_, i) => i % CLASSES);
const captions = normal(1, 200, DIM);
const pool = { embeddings: captions, labels };
const measure = (images: typeof captions, seed = 1, own = captions) =>
  rPrecision({ images, captions: own, labels, pool, rng: new Rng(seed) });

describe('rPrecision', () => {
  it('is 1 for pictures that point where their captions point', () => {
    expect(measure(captions)).toEqual({ share: 1, standardError: 0, count: 200 });
  });

  it('is 1 of 100 for pictures that have nothing to do with them', () => {
    const shares = Array.from({ length: 20 }, (_, i) => measure(normal(100 + i, 200, DIM), i).share);
    expect(shares.reduce((sum, share) => sum + share, 0) / 20).toBeCloseTo(0.01, 2);
  });

  it('is 1 of 100 exactly where all captions score the same', () => {
    const nothing = batch(new Float32Array(200 * DIM), DIM);
    expect(measure(nothing).share).toBeCloseTo(0.01, 12);
  });

  it('never draws a caption of the own class', () => {
    // one direction per class: only captions of the own class could beat or equal the own caption
    const byClass = batch(
      labels.flatMap((label) => Array.from({ length: DIM }, (_, k) => (k === label ? 1 : 0))),
      DIM,
    );
    const own = { embeddings: byClass, labels };
    expect(rPrecision({ images: byClass, captions: byClass, labels, pool: own, rng: new Rng(1) }).share).toBe(1);
  });

  it('is decided by its generator, and says how sure it is', () => {
    const blurred = batch(
      captions.data.map((value, i) => value + 3 * normal(9, 200, DIM).data[i]!),
      DIM,
    );
    const first = measure(blurred);
    expect(measure(blurred)).toEqual(first);
    expect(measure(blurred, 2)).not.toEqual(first);
    expect(first.standardError).toBeCloseTo(Math.sqrt((first.share * (1 - first.share)) / 200), 12);
  });

  it('needs enough captions of other classes', () => {
    const few = { embeddings: normal(1, 50, DIM), labels: labels.slice(0, 50) };
    expect(() => rPrecision({ images: captions, captions, labels, pool: few, rng: new Rng(1) })).toThrow(
      /only 45 captions/,
    );
  });
});
