import { Rng } from '@t2i/core';
import { expectAllClose, MockEncoder, MockModel } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { generateFromCaptions, interpolateEmbeddings, interpolateNoise, seededNoise } from './latent.ts';

const length = (x: Float32Array) => Math.hypot(...x);

describe('interpolation', () => {
  it('walks a straight line between captions, ends included', () => {
    const walk = interpolateEmbeddings(Float32Array.of(0, 4), Float32Array.of(2, 0), 5);
    expect(walk).toEqual({ data: Float32Array.of(0, 4, 0.5, 3, 1, 2, 1.5, 1, 2, 0), shape: [5, 2] });
  });

  it('walks along the sphere between noises, at constant speed', () => {
    const walk = interpolateNoise(Float32Array.of(2, 0), Float32Array.of(0, 2), 4);
    const angle = (i: number) => Math.atan2(walk[2 * i + 1]!, walk[2 * i]!);
    for (let i = 0; i < 4; i++) {
      expect(length(walk.subarray(2 * i, 2 * i + 2))).toBeCloseTo(2, 5);
      expect(angle(i)).toBeCloseTo((i * Math.PI) / 6, 5);
    }
    const straight = interpolateNoise(Float32Array.of(2, 0), Float32Array.of(0, 2), 3, 'linear');
    expect([...straight]).toEqual([2, 0, 1, 1, 0, 2]);
  });

  it('keeps the length of long noises near √dim', () => {
    const rng = new Rng(1);
    const walk = interpolateNoise(rng.normal(1000), rng.normal(1000), 3);
    expect(length(walk.subarray(1000, 2000)) / Math.sqrt(1000)).toBeCloseTo(1, 1);
  });

  it('survives equal, opposite and zero ends', () => {
    const one = Float32Array.of(1, 2);
    expectAllClose(interpolateNoise(one, one, 3), [1, 2, 1, 2, 1, 2]);
    expectAllClose(interpolateNoise(one, Float32Array.of(-1, -2), 3), [1, 2, 0, 0, -1, -2]);
    expectAllClose(interpolateNoise(new Float32Array(2), one, 3), [0, 0, 0.5, 1, 1, 2]);
  });

  it('refuses ends of different lengths and a walk without steps', () => {
    expect(() => interpolateEmbeddings(new Float32Array(2), new Float32Array(3), 4)).toThrow('2 and 3');
    expect(() => interpolateEmbeddings(new Float32Array(2), new Float32Array(2), 1)).toThrow('at least 2');
  });
});

describe('seededNoise', () => {
  it('gives the same i-th vector however many are drawn, also of odd length', () => {
    const [few, many] = [seededNoise(7, 2, 5), seededNoise(7, 6, 5)];
    expect(many.subarray(0, 10)).toEqual(few);
    expect(seededNoise(8, 2, 5)).not.toEqual(few);
  });
});

describe('generateFromCaptions', () => {
  const request = { model: new MockModel(), encoder: new MockEncoder(), seed: 7 };

  it('draws rows of images, a caption each, that do not depend on what else is drawn', async () => {
    const captions = ['a pink flower', 'a blue one'];
    const { data, shape } = await generateFromCaptions({ ...request, captions, perCaption: 3 });
    expect(shape).toEqual([6, 8, 8, 3]);
    const image = (i: number) => data.subarray(i * 192, (i + 1) * 192);
    const alone = await generateFromCaptions({ ...request, captions: ['a blue one'] });
    expect(alone.data).toEqual(image(3));
    expect(image(4)).not.toEqual(image(3));
    expect(image(0)).not.toEqual(image(3));
    const other = await generateFromCaptions({ ...request, captions: ['a blue one'], seed: 8 });
    expect(other.data).not.toEqual(alone.data);
  });

  it('refuses an encoder of another length', async () => {
    const encoder = new MockEncoder(9);
    await expect(generateFromCaptions({ ...request, encoder, captions: ['x'] })).rejects.toThrow(
      'gives 9 numbers, the model takes 8',
    );
  });
});
