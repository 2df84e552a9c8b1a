import { readFile } from 'node:fs/promises';
import { CheckpointError, Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { readCaffeModel } from './caffe-model.ts';

const readFixture = async (name: string) =>
  new Uint8Array(await readFile(new URL(`./__fixtures__/${name}`, import.meta.url)));

/** A number of protobuf. */
const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(value >> 7)]);
/** A field with a length. */
const message = (field: number, body: number[]) => [...varint(field * 8 + 2), ...varint(body.length), ...body];

const file = await readFixture('tiny.caffemodel');

describe('readCaffeModel', () => {
  it('names blobs by layer, with shapes of either form', async () => {
    const { tensors } = readCaffeModel(file);
    const { tensors: old } = readCaffeModel(await readFixture('tiny-v1.caffemodel'));
    expect(tensors['conv1/7x7_s2/weight']!.shape).toEqual([4, 3, 7, 7]);
    expect(tensors['loss3/classifier/weight']!.data[0]).toBe(Math.fround(0.036306023597717285)); // NumPy's
    for (const [name, tensor] of Object.entries(old)) expect(tensors[name], name).toEqual(tensor);
  });

  it('refuses files that are not Caffe models', () => {
    for (const bytes of [new Uint8Array(), new TextEncoder().encode('<html>not found</html>'), file.slice(0, 2000)]) {
      expect(() => readCaffeModel(bytes)).toThrow(CheckpointError);
    }
  });

  it('refuses a duplicate layer and invalid shapes', () => {
    expect(() => readCaffeModel(Uint8Array.of(...file, ...file))).toThrow(/it holds ".+" twice/);
    // layer (100) { name: "a", blobs (7) { shape (7) { dim (1), 1,000 times, packed }, data (5): 4 bytes } }
    const blob = [...message(7, message(1, Array(1000).fill(1))), ...message(5, [0, 0, 128, 63])];
    const model = message(100, [...message(1, [97]), ...message(7, blob)]);
    expect(() => readCaffeModel(Uint8Array.from(model))).toThrow('a blob has 1000 dimensions');
  });

  it('reads floats that are not packed', () => {
    const alone = [1, 2].flatMap((value) => [5 * 8 + 5, ...new Uint8Array(Float32Array.of(value).buffer)]);
    const model = message(100, [...message(1, [97]), ...message(7, [...message(7, message(1, [2])), ...alone])]);
    expect(readCaffeModel(Uint8Array.from(model)).tensors).toEqual({
      'a/weight': { shape: [2], data: Float32Array.of(1, 2) },
    });
  });

  it('throws nothing but CheckpointError for damaged bytes', () => {
    const rng = new Rng(1);
    for (let round = 0; round < 1000; round++) {
      const damaged = file.slice(0, 200 + rng.integer(file.length - 200));
      for (let k = 0; k < 4; k++) damaged[rng.integer(round % 2 === 0 ? 200 : damaged.length)] = rng.integer(256);
      try {
        readCaffeModel(damaged);
      } catch (error) {
        expect(CheckpointError.isInstance(error)).toBe(true);
      }
    }
  });
});
