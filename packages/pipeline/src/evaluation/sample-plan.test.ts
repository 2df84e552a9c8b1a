import { Rng, type TextImageDataset } from '@t2i/core';
import { createToyFlowers } from '@t2i/dataset';
import { describe, expect, it } from 'vitest';
import { planSamples, WRONG_CAPTIONS } from './sample-plan.ts';

const dataset = await createToyFlowers({ images: 700, seed: 1, storedSize: 32 });
const labelOf = (item: number) => dataset.labels[item]!;
const test = new Set(dataset.splits.test);
const plan = planSamples(dataset, 60, new Rng(1));

describe('planSamples', () => {
  it('picks captions of test photos, each photo once', () => {
    expect([plan.captions.length, new Set(plan.references).size]).toEqual([60, 60]);
    for (const [i, row] of plan.owners.entries()) {
      const item = plan.references[row]!;
      expect(test.has(item)).toBe(true);
      expect(dataset.captions(item)).toContain(plan.captions[i]);
      expect(plan.labels[i]).toBe(labelOf(item));
    }
  });

  it('shuffles captions across classes', () => {
    for (const [i, row] of plan.shuffled.entries()) expect(plan.labels[row]).not.toBe(plan.labels[i]);
  });

  it('takes training photos of what was trained on only, and one caption of each test class for the grid', () => {
    expect(new Set(plan.training).size).toBe(60);
    expect(plan.training.some((item) => test.has(item))).toBe(false);
    expect(plan.grid).toHaveLength(new Set([...test].map(labelOf)).size);
  });

  it('reuses photos when there are more samples than photos', () => {
    const more = planSamples(dataset, test.size + 10, new Rng(1));
    expect([more.references.length, more.captions.length]).toEqual([test.size, test.size + 10]);
    expect(more.owners.slice(-10)).toEqual([...Array(10).keys()]);
  });

  it('has enough wrong captions for every class, independent of the number of samples', () => {
    const { pool } = plan;
    for (const label of new Set(plan.labels)) {
      expect(pool.labels.filter((other) => other !== label).length).toBeGreaterThanOrEqual(WRONG_CAPTIONS);
    }
    expect(planSamples(dataset, 100, new Rng(1)).pool).toEqual(pool);
    expect(planSamples(dataset, 60, new Rng(2))).not.toEqual(plan);
  });

  it('uses training photos without a test split, and does not shuffle a single class', () => {
    const splits = { ...dataset.splits, test: new Int32Array(0) };
    const untested = planSamples(
      { ...dataset, captions: (item) => dataset.captions(item), splits } as TextImageDataset,
      60,
      new Rng(1),
    );
    expect([untested.heldOut, untested.training.length, untested.references.length]).toEqual([false, 0, 60]);
    expect(untested.references.some((item) => test.has(item))).toBe(false);
    const labels = new Int32Array(dataset.size);
    const alike = planSamples(
      { ...dataset, captions: (item) => dataset.captions(item), labels } as TextImageDataset,
      60,
      new Rng(1),
    );
    expect([alike.heldOut, alike.shuffled, alike.grid.length]).toEqual([true, [], 1]);
  });
});
