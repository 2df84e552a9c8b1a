/** The rules of the format. `official` is what the official reader (Python's safetensors 0.8.0) says of the same bytes. */

import { CheckpointError, type Dtype, float32Values, type NamedTensor, type TensorData } from '@t2i/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** A file with any header and some bytes behind it. */
function crafted(header: unknown, bytes = 0): Uint8Array {
  const json = header instanceof Uint8Array ? header : new TextEncoder().encode(header as string);
  const file = new Uint8Array(8 + json.length + bytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

const entry = (dtype: string, shape: unknown, offsets: unknown) =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });
const u8 = (begin: number, end: number) => entry('U8', [end - begin], [begin, end]);

function problemOf(file: Uint8Array): string {
  try {
    readSafetensors(file);
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    return (error as CheckpointError).message;
  }
  return 'none';
}

describe('a file that the official reader refuses is refused', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['a hole between tensors', crafted(`{"a":${u8(0, 1)},"b":${u8(2, 3)}}`, 3), /1 bytes before tensor b/],
    ['a hole before the first', crafted(`{"a":${u8(1, 2)}}`, 2), /1 bytes before tensor a/],
    ['an overlap', crafted(`{"a":${u8(0, 2)},"b":${u8(1, 3)}}`, 3), /tensor b overlaps/],
    ['an empty tensor within another', crafted(`{"a":${u8(0, 2)},"b":${u8(1, 1)}}`, 2), /tensor b overlaps/],
    [
      'ten tensors on the same bytes',
      crafted(`{${[...'0123456789'].map((i) => `"${i}":${u8(0, 4)}`)}}`, 4),
      /overlaps/,
    ],
    ['bytes behind the last tensor', crafted(`{"a":${u8(0, 1)}}`, 3), /2 bytes at its end belong to no tensor/],
    ['bytes behind no tensor', crafted('{}', 2), /2 bytes at its end/],
    ['two bytes too few', crafted(`{"a":${entry('I32', [2, 2], [0, 16])}}`, 14), /ends at byte/],
    ['bytes that do not fit the shape', crafted(`{"a":${entry('I32', [2, 2], [0, 4])}}`, 4), /4 bytes for 4 elements/],
    [
      'a size of 2⁶⁴ − 2',
      crafted('{"a":{"dtype":"I32","shape":[2,18446744073709551614],"data_offsets":[0,16]}}', 16),
      /shape/,
    ],
    [
      'a size of 2⁶³ − 1',
      crafted('{"a":{"dtype":"I32","shape":[2,9223372036854775807],"data_offsets":[0,16]}}', 16),
      /shape/,
    ],
    ['sizes whose product is huge', crafted(`{"a":${entry('U8', [2 ** 40, 2 ** 40], [0, 1])}}`, 1), /1 bytes for/],
    [
      'a size that is no whole number',
      crafted('{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}', 1),
      /valid shape/,
    ],
    ['a size with an exponent', crafted('{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}', 1), /valid shape/],
    ['a size of -0', crafted('{"a":{"dtype":"U8","shape":[-0],"data_offsets":[0,0]}}'), /valid shape/],
    ['a size as text', crafted(`{"a":${entry('U8', ['1'], [0, 1])}}`, 1), /valid shape/],
    ['three offsets', crafted(`{"a":${entry('U8', [1], [0, 1, 2])}}`, 1), /valid offsets/],
    ['no offsets', crafted('{"a":{"dtype":"U8","shape":[1]}}', 1), /valid offsets/],
    ['a field twice', crafted(`{"a":{"dtype":"U8",${u8(0, 1).slice(1)}}`, 1), /key "dtype" twice/],
    ['metadata twice', crafted('{"__metadata__":{},"__metadata__":{"a":"b"}}'), /key "__metadata__" twice/],
    ['a number in the metadata', crafted('{"__metadata__":{"a":1}}'), /metadata a is not text/],
    ['null in the metadata', crafted('{"__metadata__":{"a":null}}'), /metadata a is not text/],
    ['metadata as a list', crafted('{"__metadata__":[]}'), /metadata are not an object/],
    ['a tensor called __metadata__', crafted(`{"__metadata__":${u8(0, 1)}}`, 1), /1 bytes at its end|is not text/],
    ['a type that does not exist', crafted(`{"a":${entry('F7', [1], [0, 1])}}`, 1), /unknown type F7/],
    ['a type in small letters', crafted(`{"a":${entry('f32', [1], [0, 4])}}`, 4), /unknown type f32/],
    ['the type "constructor"', crafted(`{"a":${entry('constructor', [1], [0, 1])}}`, 1), /unknown type constructor/],
    ['half a character in a name', crafted(`{"\\ud800":${u8(0, 1)}}`, 1), /not JSON that the format allows/],
    [
      'a name that is not UTF-8',
      crafted(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)),
      /not JSON that the format allows/,
    ],
    ['a byte order mark', crafted('\ufeff{}'), /does not begin with \{/],
    ['zeros behind the header', crafted('{}\0\0'), /not JSON/],
    ['a header of no bytes', crafted(''), /does not begin with \{/],
    ['a header of one byte', crafted('{'), /not JSON/],
    ['deep nesting', crafted(`{"a":${'['.repeat(1e6)}`), /nested more than 16 deep/],
    [
      'a length of 100,000,001',
      crafted('{}').with(1, 0xe1).with(0, 1).with(2, 0xf5).with(3, 5),
      /claims 100000001 bytes/,
    ],
  ])('%s', (_, file, problem) => expect(problemOf(file)).toMatch(problem));
});

describe('what the README of the format forbids is refused too, though the official reader takes it', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['a tensor twice', crafted(`{"a":${u8(0, 1)},"a":${u8(0, 1)}}`, 1), /key "a" twice/],
    ['a tensor twice, spelled in two ways', crafted(`{"a":${u8(0, 1)},"\\u0061":${u8(0, 1)}}`, 1), /key "a" twice/],
    ['a key of the metadata twice', crafted('{"__metadata__":{"a":"1","a":"2"}}'), /key "a" twice/],
    ['space before the header', crafted(' {}'), /does not begin with \{/],
    ['a tensor described by a list', crafted('{"a":["U8",[1],[0,1]]}', 1), /not described by an object/],
  ])('%s', (_, file, problem) => expect(problemOf(file)).toMatch(problem));
});

describe('a file that the official reader takes is read', () => {
  const names = (file: Uint8Array) => Object.keys(readSafetensors(file).tensors);

  it.each<[string, Uint8Array, string[]]>([
    ['no tensors', crafted('{}'), []],
    ['every kind of space behind the header', crafted('{}\r \t\n'), []],
    ['metadata that are null', crafted('{"__metadata__":null}'), []],
    ['an unknown field', crafted(`{"a":{"x":[[{}]],${u8(0, 1).slice(1)}}`, 1), ['a']],
    ['an empty name', crafted(`{"":${u8(0, 1)}}`, 1), ['']],
    ['a NUL in a name', crafted(`{"\\u0000":${u8(0, 1)}}`, 1), ['\0']],
    ['tensors in another order than their bytes', crafted(`{"b":${u8(1, 2)},"a":${u8(0, 1)}}`, 2), ['b', 'a']],
    [
      'empty tensors anywhere',
      crafted(`{"a":${u8(0, 0)},"b":${u8(0, 1)},"c":${u8(1, 1)},"d":${u8(1, 1)}}`, 1),
      [...'abcd'],
    ],
    ['an empty tensor of huge sizes', crafted(`{"a":${entry('U8', [0, 2 ** 40, 2 ** 40], [0, 0])}}`), ['a']],
    ['64 dimensions', crafted(`{"a":${entry('U8', Array(64).fill(1), [0, 1])}}`, 1), ['a']],
  ])('%s', (_, file, expected) => expect(names(file)).toEqual(expected));

  it('takes an element that lies across a boundary of its size', () => {
    const file = crafted(`{"a":${u8(0, 1)},"b":${entry('F32', [1], [1, 5])}}`, 5);
    file.set(new Uint8Array(Float32Array.of(1.5).buffer), file.length - 4);
    expect(readSafetensors(file).tensors.b).toEqual({ dtype: 'F32', shape: [1], data: Float32Array.of(1.5) });
  });

  it('keeps names that JavaScript gives a meaning to', () => {
    const list = ['__proto__', 'constructor', 'toString', '0'];
    const file = crafted(
      `{"__metadata__":{"__proto__":"text"},${list.map((name, i) => `"${name}":${u8(i, i + 1)}`)}}`,
      list.length,
    );
    const state = readSafetensors(file);
    expect(Object.keys(state.tensors).sort()).toEqual([...list].sort());
    expect(Object.entries(state.metadata)).toEqual([['__proto__', 'text']]);
    expect(state.tensors.valueOf).toBeUndefined();
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
    expect(readSafetensors(writeSafetensors(state))).toEqual(state);
  });
});

describe('types', () => {
  /** The state dict of a batch normalisation as the official writer makes it: a whole number of 64 bits among floats. */
  it('reads the counter of a batch normalisation', () => {
    const header = `{"num_batches_tracked":${entry('I64', [], [0, 8])},"a":${entry('F32', [2, 3], [8, 32])}}`;
    const file = crafted(header.padEnd(128), 32);
    file[8 + 128] = 5;
    file.set(new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer), 8 + 128 + 8);
    const { tensors } = readSafetensors(file);
    expect(tensors.num_batches_tracked).toEqual({ dtype: 'I64', shape: [], data: Float64Array.of(5) });
    expect(tensors.a!.data).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
  });

  // the bytes of [1, 2] as the official writer lays them down
  it.each<[Dtype, TensorData, number[]]>([
    ['BOOL', Uint8Array.of(1, 0), [1, 0]],
    ['U8', Uint8Array.of(1, 200), [1, 200]],
    ['I8', Int8Array.of(1, -2), [1, 254]],
    ['U16', Uint16Array.of(1, 65535), [1, 0, 255, 255]],
    ['I16', Int16Array.of(1, -2), [1, 0, 254, 255]],
    ['F16', Uint16Array.of(0x3c00, 0xc000), [0, 0x3c, 0, 0xc0]],
    ['BF16', Uint16Array.of(0x3f80, 0xc000), [0x80, 0x3f, 0, 0xc0]],
    ['U32', Uint32Array.of(1, 2 ** 32 - 1), [1, 0, 0, 0, 255, 255, 255, 255]],
    ['I32', Int32Array.of(1, -2), [1, 0, 0, 0, 254, 255, 255, 255]],
    ['F32', Float32Array.of(1, -2), [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]],
    ['U64', Float64Array.of(1, 2 ** 53 - 1), [1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 31, 0]],
    ['I64', Float64Array.of(1, -2), [1, 0, 0, 0, 0, 0, 0, 0, 254, 255, 255, 255, 255, 255, 255, 255]],
    ['F64', Float64Array.of(1, -2), [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0]],
  ])('reads and writes %s', (dtype, data, bytes) => {
    const file = crafted(`{"a":${entry(dtype, [2], [0, bytes.length])}}`, bytes.length);
    file.set(bytes, file.length - bytes.length);
    expect(readSafetensors(file).tensors.a).toEqual({ dtype, shape: [2], data });
    const written = writeSafetensors({ tensors: { a: { dtype, shape: [2], data } }, metadata: {} });
    expect([...written.subarray(-bytes.length)]).toEqual(bytes);
  });

  it.each([
    ['C64', [1], 8],
    ['F8_E4M3', [2], 2],
    ['F8_E4M3FNUZ', [2], 2],
    ['F8_E5M2', [2], 2],
    ['F8_E5M2FNUZ', [2], 2],
    ['F8_E8M0', [2], 2],
    ['F6_E2M3', [4], 3],
    ['F6_E3M2', [4], 3],
    ['F4', [4], 2],
  ])('says that %s is not supported, and that the file is not damaged', (dtype, shape, bytes) => {
    const problem = problemOf(crafted(`{"weight":${entry(dtype, shape, [0, bytes])}}`, bytes));
    expect(problem).toBe(`The safetensors file cannot be read: dtype ${dtype} is not supported (tensor weight).`);
  });

  it.each([
    ['I64', '9007199254740993', BigInt64Array.of(2n ** 53n + 1n)],
    ['U64', '18446744073709551615', BigUint64Array.of(2n ** 64n - 1n)],
  ])('refuses a number of type %s that would be rounded: %s', (dtype, number, data) => {
    const file = crafted(`{"a":${entry(dtype, [1], [0, 8])}}`, 8);
    file.set(new Uint8Array(data.buffer), file.length - 8);
    expect(problemOf(file)).toBe(
      `The safetensors file cannot be read: it holds the number ${number} of type ${dtype}.`,
    );
  });

  it.each([
    ['I64', 0.5],
    ['I64', 2 ** 53],
    ['U64', -1],
  ] as const)('does not write %s of %d', (dtype, value) => {
    const tensors = { a: { dtype, shape: [1], data: Float64Array.of(value) } };
    expect(() => writeSafetensors({ tensors, metadata: {} })).toThrow(/not one of these/);
  });

  it('does not take 16-bit integers for 16-bit floats', () => {
    const f16: NamedTensor = { dtype: 'F16', shape: [1], data: Uint16Array.of(0x3c00) };
    expect([...float32Values(f16)]).toEqual([1]);
    expect(() => writeSafetensors({ tensors: { a: { ...f16, dtype: 'F32' } }, metadata: {} })).toThrow(
      /tensor a is held as another type than F32/,
    );
  });
});

it('never writes a tensor in the place of the metadata', () => {
  const tensors = { __metadata__: { dtype: 'U8' as const, shape: [1], data: Uint8Array.of(1) } };
  expect(() => writeSafetensors({ tensors, metadata: {} })).toThrow(/the one name that the format reserves/);
});

it('reads a header of 22 MB in seconds, and cuts hostile names short in messages', () => {
  const count = 250_000;
  const header = Array.from({ length: count }, (_, i) => `"block.${i}.layer.weight.${i}":${u8(i, i + 1)}`).join(',');
  const file = crafted(`{${header}}`, count);
  expect(file.length).toBeGreaterThan(22e6);
  const begin = performance.now();
  expect(Object.keys(readSafetensors(file).tensors)).toHaveLength(count);
  expect(performance.now() - begin).toBeLessThan(60_000); // 2 s on two cores that do nothing else
  const long = problemOf(crafted(`{"${'\u001b'.repeat(1e6)}":null}`.replaceAll('\u001b', '\\u001b')));
  expect(long.length).toBeLessThan(1000);
  expect(long).not.toContain('\u001b');
}, 120_000);

it('gives a state or a CheckpointError for headers of any shape, and pollutes no prototype', () => {
  const key = fc.constantFrom(
    'a',
    'b',
    '__proto__',
    'constructor',
    '__metadata__',
    'dtype',
    'shape',
    'data_offsets',
    '',
  );
  const leaf = fc.oneof(
    fc.integer({ min: -2, max: 9 }),
    fc.constantFrom('U8', 'F32', 'I64', 'F4', '', null, true, 1e300, 0.5),
  );
  const { value } = fc.letrec<{ value: unknown; tensor: unknown }>((tie) => ({
    tensor: fc.record({
      dtype: fc.constantFrom('U8', 'BOOL', 'F16', 'C64'),
      shape: fc.array(fc.nat(3), { maxLength: 3 }),
      data_offsets: fc.tuple(fc.nat(8), fc.nat(8)),
    }),
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      leaf,
      tie('tensor'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map(Object.fromEntries),
    ),
  }));
  let read = 0;
  const property = fc.property(fc.array(fc.tuple(key, value), { maxLength: 4 }), fc.nat(9), (members, bytes) => {
    const text = members.map(([name, member]) => `${JSON.stringify(name)}:${JSON.stringify(member)}`).join(',');
    if (problemOf(crafted(`{${text}}`, bytes)) === 'none') read += 1;
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
  fc.assert(property, { numRuns: 3000, seed: 18 });
  expect(read).toBeGreaterThan(20);
});
