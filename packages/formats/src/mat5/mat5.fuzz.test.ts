import { readFile } from 'node:fs/promises';
import { DatasetError, sizeOf } from '@t2i/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compressedElement, matArray, matElement } from './__fixtures__/craft-mat.ts';
import { readMat5 } from './mat5.ts';

const bytes = fc.uint8Array({ maxLength: 12 });
const count = fc.nat(3);

/** A right array in most cases, with a wrong class, shape or value type in others. */
const array = fc
  .record({
    name: fc.constantFrom('a', '__proto__', 'constructor', ''),
    shape: fc.tuple(count, count),
    extra: fc.constantFrom(0, 0, 0, 0, 1),
    arrayClass: fc.constantFrom(6, 8, 9, 12, 4, 0x806),
    negative: fc.constantFrom(1, 1, 1, -1),
  })
  .map(({ name, shape: [rows, columns], extra, arrayClass, negative }) =>
    matArray(name, [negative * rows, columns], new Uint8Array(rows * columns + extra), arrayClass),
  );

const type = fc.oneof(fc.nat(20), fc.constantFrom(0x10001, 0x40002, 0xffff0001));
const anything = fc
  .tuple(type, bytes, fc.option(fc.oneof(fc.nat(40), fc.constant(0xffffffff)), { nil: undefined }))
  .map(([elementType, body, length]) => matElement(elementType, body, length));

/** One of the four elements of an array replaced by anything. */
const damaged = fc.tuple(array, fc.nat(3), anything).map(([elements, at, other]) => elements.with(at, other));

const element = fc.oneof(
  {
    weight: 6,
    arbitrary: array.map((elements) =>
      matElement(
        14,
        elements.flatMap((part) => [...part]),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: damaged.map((elements) =>
      matElement(
        14,
        elements.flatMap((part) => [...part]),
      ),
    ),
  },
  { weight: 1, arbitrary: anything },
);

it('gives arrays or a DatasetError for elements of any kind, compressed or not', async () => {
  const plain = await readFile(new URL('./__fixtures__/plain.mat', import.meta.url));
  let [read, refused] = [0, 0];
  const file = fc.array(fc.tuple(element, fc.boolean()), { maxLength: 3 });
  const property = fc.asyncProperty(file, async (elements) => {
    const parts = await Promise.all(elements.map(([part, packed]) => (packed ? compressedElement(part) : part)));
    const whole = Uint8Array.from([...plain.subarray(0, 128), ...parts.flatMap((part) => [...part])]);
    const result = await readMat5(whole).catch((error: unknown) => error);
    if (result instanceof Map) {
      read += 1;
      for (const { shape, data } of result.values()) expect(data).toHaveLength(sizeOf(shape));
    } else {
      refused += 1;
      expect(result).toBeInstanceOf(DatasetError);
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
  await fc.assert(property, { numRuns: 1000, seed: 6 });
  expect([read > 100, refused > 100]).toEqual([true, true]);
});
