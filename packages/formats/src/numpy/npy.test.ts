import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMutations } from '../__fixtures__/mutations.ts';
import { sharedPath } from '../__fixtures__/shared.ts';
import { readNpy, readNpz } from './npy.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url)));
const QUARTERS = [0, 0.25, 0.5, 0.75, 1, 1.25];

/** A file of version 1.0 with any header. */
function craft(header: string, content = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(header);
  return Uint8Array.of(0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, text.length, 0, ...text, ...content);
}

describe('readNpy', () => {
  it('reads either byte order, either order of dimensions, scalars and version 3.0', () => {
    expect(readNpy(fixture('f4.npy'))).toEqual({ dtype: 'F32', shape: [2, 3], data: Float32Array.from(QUARTERS) });
    expect(readNpy(fixture('fortran-f8-big-endian.npy'))).toEqual({
      dtype: 'F64',
      shape: [2, 3],
      data: Float64Array.from(QUARTERS),
    });
    expect(readNpy(fixture('scalar-i8.npy'))).toEqual({ dtype: 'I64', shape: [], data: Float64Array.of(-5) });
    const halves = Uint16Array.of(0, 0x3400, 0x3800, 0x3a00, 0x3c00, 0x3d00);
    expect(readNpy(fixture('version-3.npy'))).toEqual({ dtype: 'F16', shape: [2, 3], data: halves });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['Python objects', fixture('objects.npy'), /holds Python objects, not numbers/],
    ['records', fixture('records.npy'), /holds records, not numbers/],
    ['text', craft("{'descr': '<U3', 'fortran_order': False, 'shape': (1,), }"), /holds text, not numbers/],
    ['no NumPy file', new TextEncoder().encode('<html>'), /is not a NumPy file/],
    ['a truncated file', fixture('f4.npy').slice(0, -1), /shape \[2, 3\] has 23 bytes, not 24/],
    ['a file of another version', fixture('f4.npy').with(6, 9), /has the version 9/],
    ['a header without a shape', craft("{'descr': '<f4', 'fortran_order': False}"), /header is damaged/],
    ['a negative dimension', craft("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"), /header is damaged/],
    [
      'a shape of 2⁶⁰ elements',
      craft("{'descr': '<f4', 'fortran_order': False, 'shape': (1073741824, 1073741824)}"),
      /header is damaged/,
    ],
    ['an integer that would be rounded', fixture('scalar-i8.npy').with(134, 0x7f), /which would be rounded/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readNpy(bytes, 'file a.npy')).toThrow(message);
    expect(() => readNpy(bytes, 'file a.npy')).toThrow(/^The file a\.npy cannot be read/);
  });

  it.each(['f4.npy', 'fortran-f8-big-endian.npy', 'version-3.npy'])(
    'gives an array or a FormatError for mutations of %s',
    async (name) => {
      const report = await readMutations({ name, bytes: fixture(name), read: (bytes) => readNpy(bytes) }, 300);
      expect(report.refused).toBeGreaterThan(50);
    },
  );
});

describe('readNpz', () => {
  it('reads arrays by name, stored or deflated', async () => {
    const array = { dtype: 'F32', shape: [2, 3], data: Float32Array.from(QUARTERS) };
    const flags = { dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) };
    expect({ ...(await readNpz(fixture('stored.npz'))) }).toEqual({ a: array, b: flags });
    const numbers = { dtype: 'U16', shape: [1000], data: Uint16Array.from({ length: 1000 }, (_, i) => i) };
    expect({ ...(await readNpz(fixture('deflated.npz'))) }).toEqual({ a: array, b: numbers });
  });

  it.each(['stored.npz', 'deflated.npz'])('gives arrays or a FormatError for mutations of %s', async (name) => {
    const report = await readMutations({ name, bytes: fixture(name), read: (bytes) => readNpz(bytes) }, 300);
    expect(report.refused).toBeGreaterThan(50);
  });
});

const directory = sharedPath('formats/numpy');

it.skipIf(directory === undefined)('reads the files of NumPy in ../shared/formats', async () => {
  const read = (name: string) => readFileSync(join(directory!, name));
  for (const name of ['f4.npy', 'big-endian-f8.npy', 'fortran-i8.npy']) {
    const { shape, data } = readNpy(read(name), name);
    expect([shape, [...data]], name).toEqual([
      [2, 3],
      [0, 1, 2, 3, 4, 5],
    ]);
  }
  const { a, b } = await readNpz(read('two.npz'));
  expect([[...a!.data], b!.dtype, [...b!.data]]).toEqual([[0, 1, 2], 'F16', Array(4).fill(0x3c00)]);
  expect(() => readNpy(read('object.npy'))).toThrow(/holds Python objects/);
});
