import { describe, expect, it } from 'vitest';
import { batch, GOLDEN, SAMPLES } from './__fixtures__/golden.ts';
import { captionSensitivity, diversity } from './diversity.ts';

describe('diversity', () => {
  it('is that of SciPy', () => {
    expect(diversity(SAMPLES, GOLDEN.groups)).toBeCloseTo(GOLDEN.diversity, 5);
  });

  it('is 0 for equal images, and leaves single ones out', () => {
    expect(diversity(batch([3, 4, 3, 4, 0, 0], 2), [0, 0, 1])).toBe(0);
    expect(diversity(batch([0, 0, 3, 4, 9, 9], 2), [0, 0, 1])).toBeCloseTo(5, 12);
    expect(() => diversity(batch([1, 2], 1), [0, 1])).toThrow(/no group has two/);
  });
});

describe('captionSensitivity', () => {
  // feature = caption + noise: two captions of three noises
  const grid = (caption: number, noise: number) =>
    batch(
      [0, 1].flatMap((c) => [0, 1, 2].map((z) => caption * c + noise * z)),
      1,
    );

  it('compares what captions change with what noise changes', () => {
    const { acrossCaptions, acrossNoise, ratio } = captionSensitivity(grid(5, 3), 3);
    expect(acrossCaptions).toBeCloseTo(5, 10);
    expect(acrossNoise).toBeCloseTo((3 + 3 + 6) / 3, 10);
    expect(ratio).toBeCloseTo(5 / 4, 10);
  });

  it('is 0 for a generator that ignores the text, and infinite for one that ignores the noise', () => {
    expect(captionSensitivity(grid(0, 3), 3).ratio).toBe(0);
    expect(captionSensitivity(grid(0, 0), 3).ratio).toBe(0);
    expect(captionSensitivity(grid(1, 0), 3).ratio).toBe(Number.POSITIVE_INFINITY);
    expect(() => captionSensitivity(grid(1, 0), 4)).toThrow(/6 images are not 4 for each/);
  });
});
