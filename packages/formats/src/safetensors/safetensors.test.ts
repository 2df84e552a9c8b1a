import { readFileSync } from 'node:fs';
import { CheckpointError, type NamedTensor, type StateDict } from '@t2i/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensorsHeader } from './header.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const goldenFile = new Uint8Array(readFileSync(new URL('./__fixtures__/golden.safetensors', import.meta.url)));

/** A file with any header and some bytes behind it. */
function crafted(header: unknown, bytes = 16): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + bytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

describe('readSafetensors', () => {
  it('reads a file written by the reference library', () => {
    const { tensors, metadata } = readSafetensors(goldenFile);
    expect(metadata).toEqual({ format: 'test', note: 'ünïcode' });
    expect(Object.keys(tensors).sort()).toEqual(['bytes', 'double', 'empty', 'half', 'labels', 'scalar', 'weight']);
    expect(tensors.labels).toMatchObject({ dtype: 'I32', shape: [2, 2], data: Int32Array.of(1, -2, 3, 2 ** 31 - 1) });
    expect(tensors.bytes!.data).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 5, 6));
    expect(tensors.scalar).toMatchObject({ shape: [], data: Float32Array.of(2.5) });
    expect(tensors.empty).toMatchObject({ shape: [0, 4], data: new Float32Array(0) });
    expect(tensors.weight!.data[0]).toBeCloseTo(0.00123, 4); // numpy default_rng(7).standard_normal
    expect(tensors.half).toMatchObject({ dtype: 'F16', shape: [3] });
  });

  it('reads the same from a file at an odd address', () => {
    const shifted = new Uint8Array(goldenFile.length + 3);
    shifted.set(goldenFile, 3);
    expect(readSafetensors(shifted.subarray(3))).toEqual(readSafetensors(goldenFile));
    expect(readSafetensors(Buffer.from(shifted.buffer, 3))).toEqual(readSafetensors(goldenFile));
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /0 bytes/],
    ['a truncated file', goldenFile.subarray(0, goldenFile.length - 1), /ends at byte/],
    ['half a header', goldenFile.subarray(0, 40), /header claims/],
    ['an enormous header', new Uint8Array(16).fill(255), /header claims/],
    ['no JSON', crafted('{nonsense'), /not JSON/],
    ['a list', crafted([1]), /not an object/],
    ['an unknown type', crafted({ a: { dtype: 'F8', shape: [1], data_offsets: [0, 1] } }), /unknown type F8/],
    ['a negative size', crafted({ a: { dtype: 'U8', shape: [-1], data_offsets: [0, 1] } }), /no valid shape/],
    ['a shape of another size', crafted({ a: { dtype: 'U8', shape: [2], data_offsets: [0, 1] } }), /1 bytes for 2/],
    ['backward offsets', crafted({ a: { dtype: 'U8', shape: [0], data_offsets: [4, -4] } }), /no valid offsets/],
    ['an entry that is null', crafted({ a: null }), /tensor a is not described by an object/],
  ])('refuses %s', (_, file, problem) => {
    expect(() => readSafetensors(file)).toThrow(CheckpointError);
    expect(() => readSafetensors(file)).toThrow(problem);
  });

  it('never throws anything but a CheckpointError on damaged bytes', () => {
    fc.assert(
      fc.property(fc.nat(goldenFile.length - 1), fc.nat(255), (position, value) => {
        const damaged = goldenFile.slice();
        damaged[position] = value;
        try {
          readSafetensors(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
        }
      }),
      { numRuns: 2000, seed: 3 },
    );
  });
});

describe('readSafetensorsHeader', () => {
  it('gives the position of each tensor from the header alone', () => {
    const headerEnd = 8 + Number(new DataView(goldenFile.buffer, goldenFile.byteOffset).getBigUint64(0, true));
    const { tensors, metadata } = readSafetensorsHeader(goldenFile.slice(0, headerEnd), goldenFile.length);
    expect(metadata.note).toBe('ünïcode');
    const { begin, end, ...kind } = tensors.labels!;
    expect(kind).toEqual({ dtype: 'I32', shape: [2, 2] });
    expect(goldenFile.slice(begin, end)).toEqual(new Uint8Array(Int32Array.of(1, -2, 3, 2 ** 31 - 1).buffer));
    expect(() => readSafetensorsHeader(goldenFile.slice(0, headerEnd), headerEnd + 1)).toThrow(/ends at byte/);
  });
});

describe('writeSafetensors', () => {
  const tensor: fc.Arbitrary<NamedTensor> = fc.oneof(
    fc.float32Array().map((data) => ({ dtype: 'F32' as const, shape: [data.length], data })),
    fc.uint8Array().map((data) => ({ dtype: 'U8' as const, shape: [1, data.length], data })),
    fc.float64Array().map((data) => ({ dtype: 'F64' as const, shape: [data.length], data })),
    fc.uint16Array().map((data) => ({ dtype: 'F16' as const, shape: [data.length], data })),
  );

  it('round-trips any state dict', () => {
    const names = fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__');
    fc.assert(
      fc.property(fc.dictionary(names, tensor), fc.dictionary(names, fc.string()), (tensors, metadata) => {
        const state: StateDict = { tensors: { ...tensors }, metadata: { ...metadata } };
        expect(readSafetensors(writeSafetensors(state))).toEqual(state);
      }),
    );
  });

  it('writes the same bytes for the same tensors in any order', () => {
    const a: NamedTensor = { dtype: 'F32', shape: [1], data: Float32Array.of(1) };
    const b: NamedTensor = { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) };
    expect(writeSafetensors({ tensors: { a, b }, metadata: {} })).toEqual(
      writeSafetensors({ tensors: { b, a }, metadata: {} }),
    );
  });
});
