import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError, T2iError } from '@t2i/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedPath } from '../__fixtures__/shared.ts';
import { compressedElement } from './__fixtures__/craft-mat.ts';
import { readMat5 } from './mat5.ts';

/** The label files of Oxford-102. */
const oxfordDirectory = process.env.T2I_OXFORD_102 ?? sharedPath('data/oxford-102');

const fixture = (name: string) => readFile(new URL(`./__fixtures__/${name}`, import.meta.url));

/** A file of the header of `file` and one element again and again. */
function repeated(file: Uint8Array, element: Uint8Array, times = 1001): Uint8Array {
  const whole = new Uint8Array(128 + times * element.length);
  whole.set(file.slice(0, 128));
  for (let i = 0; i < times; i++) whole.set(element, 128 + i * element.length);
  return whole;
}

describe.each(['plain.mat', 'compressed.mat'])('readMat5 on %s', (name) => {
  it('reads every numeric array as SciPy wrote it, and nothing else', async () => {
    const arrays = await readMat5(await fixture(name));
    expect([...arrays.keys()].sort()).toEqual(
      ['big', 'cube', 'doubles', 'empty', 'halves', 'labels', 'negative', 'small'].sort(),
    );
    expect(arrays.get('labels')).toEqual({
      shape: [1, 300],
      data: Float64Array.from({ length: 300 }, (_, i) => ((i + 1) % 102) + 1),
    });
    expect(arrays.get('doubles')!.shape).toEqual([3, 4]);
    // SciPy's print of the array in column-major order
    expect([...arrays.get('doubles')!.data.slice(0, 3)].map((x) => x.toFixed(8))).toEqual([
      '0.12573022',
      '-0.53566937',
      '-0.70373524',
    ]);
    expect([...arrays.get('cube')!.data.slice(0, 6)]).toEqual([0, 12, 4, 16, 8, 20]);
    expect([...arrays.get('halves')!.data]).toEqual([0.5, -1.5]);
    expect([...arrays.get('small')!.data]).toEqual([7]);
    expect([...arrays.get('negative')!.data]).toEqual([-70000, 70000]);
    expect([...arrays.get('big')!.data]).toEqual([2 ** 40, -(2 ** 40)]);
    expect(arrays.get('empty')).toEqual({ shape: [0, 5], data: new Float64Array() });
  });

  it('gives arrays or a DatasetError for damaged bytes, never anything else', async () => {
    const bytes = new Uint8Array(await fixture(name));
    const damage = fc.record({
      length: fc.integer({ min: 0, max: bytes.length }),
      changes: fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 8 }),
    });
    let refused = 0;
    const property = fc.asyncProperty(damage, async ({ length, changes }) => {
      const damaged = bytes.slice(0, length);
      for (const [at, value] of changes) if (at < length) damaged[at] = value;
      const error = await readMat5(damaged).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error !== undefined) {
        expect(error).toBeInstanceOf(DatasetError);
        refused += 1;
      }
    });
    await fc.assert(property, { numRuns: 500, seed: 5 });
    expect(refused).toBeGreaterThan(100);
  });
});

describe('readMat5', () => {
  it('reads big-endian files', async () => {
    const arrays = await readMat5(await fixture('big-endian.mat'));
    expect(arrays).toEqual(new Map([['ab', { shape: [1, 3], data: Float64Array.of(1, 256, 65535) }]]));
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>, RegExp]>([
    ['an HTML page', () => new TextEncoder().encode('<!DOCTYPE html>'.padEnd(200)), /not a MATLAB v5 file/],
    ['no bytes', () => new Uint8Array(), /0 bytes, a header needs 128/],
    ['a file of MATLAB 7.3', (bytes) => bytes.with(125, 2), /version 0x200, MATLAB 7\.3 \(HDF5\), not MATLAB v5/],
    ['another version', (bytes) => bytes.with(125, 7), /version 0x700/],
    ['a file of MATLAB 4', () => fixture('version-4.mat'), /is a MATLAB v4 file, not MATLAB v5/],
    ['a big-endian file of MATLAB 4', () => Uint8Array.of(0, 0, 3, 232, ...Array(20).fill(0)), /is a MATLAB v4 file/],
    ['a name that is no UTF-8', (bytes) => bytes.with(177, 0xff), /the name "l\ufffdbels" of an array/],
    ['more bytes than such a file may have', () => new Uint8Array(2 ** 24 + 1), /16777217 bytes, more than 16777216/],
    [
      'more arrays than such a file may hold',
      (bytes) => repeated(bytes, bytes.slice(728, 792)),
      /more than 1000 arrays/,
    ],
    [
      'a whole number that would be rounded',
      (bytes) => bytes.with(926, 0x20),
      /the number 9008298766368768, which would be rounded/,
    ],
    ['a truncated file', (bytes) => bytes.slice(0, -20), /claims \d+ bytes/],
    ['a shape that does not fit its values', (bytes) => bytes.with(160, 2), /array \[2, 300\] holds 300 values/],
    ['a type that does not exist', (bytes) => bytes.with(128, 99), /element of type 99/],
  ])('refuses %s', async (_, change, message) => {
    const reading = readMat5(await change(new Uint8Array(await fixture('plain.mat'))), 'labels file');
    await expect(reading).rejects.toThrow(message);
    const error = await reading.catch((reason: unknown) => reason);
    expect(T2iError.isInstance(error)).toBe(true);
    expect((error as Error).message).toContain('labels file');
  });

  it('stops at the thousandth of many small compressed arrays, and takes none within another', async () => {
    const plain = new Uint8Array(await fixture('plain.mat'));
    const packed = await compressedElement(plain.slice(728, 792));
    expect([...(await readMat5(Uint8Array.of(...plain.slice(0, 128), ...packed))).keys()]).toEqual(['small']);
    await expect(readMat5(repeated(plain, packed, 15_000))).rejects.toThrow(/more than 1000 arrays/); // a megabyte
    const nested = Uint8Array.of(...plain.slice(0, 128), ...(await compressedElement(packed)));
    await expect(readMat5(nested)).rejects.toThrow(/element of type 15 where an array should be/);
  });

  it('stops a small file that unpacks to a huge one', async () => {
    const header = new Uint8Array(await fixture('plain.mat')).slice(0, 128);
    const bomb = Uint8Array.of(...header, ...(await compressedElement(new Uint8Array(20 * 2 ** 20))));
    expect(bomb.length).toBeLessThan(2 ** 16);
    await expect(readMat5(bomb)).rejects.toThrow(/unpacks to more than/);
  });
});

describe.skipIf(oxfordDirectory === undefined)('readMat5 on the real Oxford-102 files', () => {
  const read = async (name: string) => readMat5(await readFile(join(oxfordDirectory!, name)), name);
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

  // sums and first values: scipy.io.loadmat
  it('reads imagelabels.mat', async () => {
    const labels = (await read('imagelabels.mat')).get('labels')!;
    expect(labels.shape).toEqual([1, 8189]);
    expect([labels.data[0], labels.data[8188], sum(labels.data)]).toEqual([77, 62, 466705]);
  });

  it('reads setid.mat', async () => {
    const sets = await read('setid.mat');
    expect([...sets].map(([name, { data }]) => [name, data.length, data[0], sum(data)])).toEqual([
      ['trnid', 1020, 6765, 5073294],
      ['valid', 1020, 6773, 5056562],
      ['tstid', 6149, 6734, 23404099],
    ]);
  });
});
