import { CheckpointError, Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { readFixture } from './__fixtures__/small.ts';
import { readCaffeModel } from './caffe-model.ts';

const file = await readFixture('small.caffemodel');

describe('readCaffeModel', () => {
  it('names blobs by layer, with shapes of either form', async () => {
    const { tensors } = readCaffeModel(file);
    const { tensors: old } = readCaffeModel(await readFixture('small-v1.caffemodel'));
    expect(tensors['conv1/7x7_s2/weight']!.shape).toEqual([4, 3, 7, 7]);
    expect(tensors['loss1/classifier/weight']!.data).toEqual(Float32Array.of(1, 2)); // an auxiliary classifier is read too
    for (const [name, tensor] of Object.entries(old)) expect(tensors[name], name).toEqual(tensor);
  });

  it('refuses what is no Caffe model', () => {
    for (const bytes of [new Uint8Array(), new TextEncoder().encode('<html>not found</html>'), file.slice(0, 3000)]) {
      expect(() => readCaffeModel(bytes)).toThrow(CheckpointError);
    }
  });

  it('never fails in another way on damaged bytes', () => {
    const rng = new Rng(1);
    for (let round = 0; round < 300; round++) {
      const damaged = file.slice(0, 200 + rng.integer(file.length - 200));
      for (let k = 0; k < 4; k++) damaged[rng.integer(200)] = rng.integer(256);
      try {
        readCaffeModel(damaged);
      } catch (error) {
        expect(CheckpointError.isInstance(error)).toBe(true);
      }
    }
  });
});
