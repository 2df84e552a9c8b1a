import { Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { batch, normal, reordered } from './__fixtures__/golden.ts';
import { rPrecision } from './r-precision.ts';

const CLASSES = 10;
const DIM = 32;
const COUNT = 200;
const labels = Array.from({ length: COUNT }, (_, i) => i % CLASSES);
const captions = normal(1, COUNT, DIM);
const pool = { embeddings: captions, labels };
const measure = (images: typeof captions) => rPrecision({ images, captions, labels, pool });

describe('rPrecision', () => {
  it('is 1 for images that point where their captions point', () => {
    const { share, standardError, count } = measure(captions);
    expect(share).toBeCloseTo(1, 12);
    expect(standardError).toBeCloseTo(0, 12);
    expect(count).toBe(COUNT);
  });

  it('is 1 of 100 for images that have nothing to do with them', () => {
    const shares = Array.from({ length: 20 }, (_, i) => measure(normal(100 + i, COUNT, DIM)).share);
    expect(shares.reduce((sum, share) => sum + share, 0) / 20).toBeCloseTo(0.01, 2);
  });

  it('is 1 of 100 exactly where all captions score the same', () => {
    expect(measure(batch(new Float32Array(COUNT * DIM), DIM)).share).toBeCloseTo(0.01, 12);
  });

  it('leaves captions of the own class out', () => {
    // one direction per class: only captions of the own class could equal the own caption
    const byClass = batch(
      labels.flatMap((label) => Array.from({ length: DIM }, (_, k) => (k === label ? 1 : 0))),
      DIM,
    );
    const own = { embeddings: byClass, labels };
    expect(rPrecision({ images: byClass, captions: byClass, labels, pool: own }).share).toBeCloseTo(1, 12);
  });

  it('is the mean over draws of 99', () => {
    // captions that score 0 to 3, so that many are equal
    const noise = new Rng(2);
    const images = batch(new Float32Array(50).fill(1), 1);
    const few = (n: number) =>
      batch(
        Float32Array.from({ length: n }, () => (noise.uniform() < 0.02 ? 3 : noise.integer(3))),
        1,
      );
    const [own, others] = [few(50), few(300)];
    const [mine, theirs] = [new Array(50).fill(0), new Array(300).fill(1)];
    const exact = rPrecision({ images, captions: own, labels: mine, pool: { embeddings: others, labels: theirs } });
    let [sum, draws] = [0, 0];
    for (let turn = 0; turn < 400; turn++) {
      for (const score of own.data) {
        const drawn = [...noise.shuffle(others.data.slice()).subarray(0, 99)];
        if (!drawn.some((other) => other > score)) sum += 1 / (1 + drawn.filter((other) => other === score).length);
        draws += 1;
      }
    }
    expect(sum).toBeGreaterThan(0);
    expect(sum / draws / exact.share).toBeCloseTo(1, 1);
  });

  it('is independent of the order of the pool, and reports a standard error', () => {
    const blurred = batch(
      normal(9, COUNT, DIM).data.map((value, i) => captions.data[i]! + 3 * value),
      DIM,
    );
    const first = measure(blurred);
    const unlabelled = new Array(COUNT).fill(-1);
    const all = (embeddings: typeof captions) =>
      rPrecision({ images: blurred, captions, labels, pool: { embeddings, labels: unlabelled } });
    expect(all(reordered(captions, 4))).toEqual(all(captions));
    expect(first.share).toBeGreaterThan(0.02);
    expect(first.standardError).toBeGreaterThan(0);
    expect(first.standardError).toBeLessThan(Math.sqrt((first.share * (1 - first.share)) / COUNT)); // of a single draw
  });

  it('needs enough captions of other classes', () => {
    const few = { embeddings: normal(1, 50, DIM), labels: labels.slice(0, 50) };
    expect(() => rPrecision({ images: captions, captions, labels, pool: few })).toThrow(/only 45 captions/);
  });
});
