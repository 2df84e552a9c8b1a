import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMutations } from '../__fixtures__/mutations.ts';
import { sharedPath } from '../__fixtures__/shared.ts';
import { FormatError } from '../format-error.ts';
import { craftT7, T7_SAMPLE, T7_TYPES, type T7Encoding, t7 } from './__fixtures__/craft-t7.ts';
import { readT7 } from './read-t7.ts';
import { readT7State } from './t7-state.ts';
import { T7Function, type T7Object, type T7Table, type T7Tensor } from './t7-values.ts';

const ENCODINGS: readonly (readonly [string, T7Encoding])[] = [
  ['binary', {}],
  ['binary with longs of 32 bits', { longBytes: 4 }],
  ['big-endian binary', { littleEndian: false }],
  ['ASCII', { ascii: true }],
];
describe.each(ENCODINGS)('readT7 of a %s file', (_, encoding) => {
  const file = craftT7(T7_SAMPLE, encoding);

  it('gives tables as maps, objects as fields, and values that come again as the same', () => {
    const table = readT7(file) as T7Table;
    const module = table.get(1) as T7Object;
    expect(module.className).toBe('nn.Linear');
    expect(module.fields.get('train')).toBe(false);
    expect(table.get(2)).toBe(module);
    expect(table.get('self')).toBe(table);
    expect(table.get('__proto__')).toBe(-0.5);
  });

  it('gives tensors contiguous', () => {
    const { fields } = (readT7(file) as T7Table).get(1) as T7Object;
    const read = (name: string) => (fields.get(name) as T7Tensor).read();
    expect(read('weight')).toEqual({ dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6.5) });
    expect(read('transposed')).toEqual({ dtype: 'F32', shape: [3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6.5) });
    expect(read('gradInput')).toEqual({ dtype: 'F32', shape: [0], data: new Float32Array() });
  });

  it('reads every type of element', () => {
    const types = (readT7(file) as T7Table).get('types') as T7Table;
    const dtypes = ['U8', 'I8', 'I16', 'I32', 'I64', 'F16', 'F32', 'F64', 'F32'];
    for (const [k, type] of T7_TYPES.entries()) {
      const { dtype, data } = (types.get(type) as T7Tensor).read();
      const last = type === 'Half' && !encoding.ascii ? 0x3c00 : data[1]!;
      expect([dtype, data[0] === 0 ? 0 : 1, data[1]], type).toEqual([dtypes[k], 1, last]);
    }
  });
});

describe('readT7State', () => {
  it('names tensors by the keys that lead to them', () => {
    const { tensors } = readT7State(craftT7(T7_SAMPLE));
    expect(Object.keys(tensors).slice(0, 3)).toEqual(['1.weight', '1.transposed', '1.gradInput']);
    expect(tensors['2.weight']).toBe(tensors['1.weight']);
    expect(tensors['types.Double']!.data).toEqual(Float64Array.of(1, 2));
  });
});

describe('readT7', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['no bytes', new Uint8Array(), /is not a Torch7 file/],
    ['a web page', new TextEncoder().encode('<html>'), /is not a Torch7 file/],
    ['a truncated file', craftT7(T7_SAMPLE).slice(0, 300), /claims \d+ bytes, \d+ are left/],
    ['a string of a negative length', craftT7([{ int: 2 }, { int: -1 }]), /claims -1 bytes/],
    [
      'a storage of 2⁵⁰ elements',
      craftT7(t7.object(1, 'torch.DoubleStorage', [{ long: 2 ** 50 }])),
      /claims \d+ bytes/,
    ],
    [
      'a tensor that leaves its storage',
      craftT7(t7.tensor(1, 'Float', [2], [2], 1, t7.storage(2, 'Float', [1, 2]))),
      /needs 3 elements, its storage has 2/,
    ],
    [
      'a tensor before its storage',
      craftT7(t7.tensor(1, 'Float', [2], [1], -3, t7.storage(2, 'Float', [1, 2]))),
      /has the shape \[2\] and strides \[1\]/,
    ],
    [
      'a tensor of another type than its storage',
      craftT7(t7.tensor(1, 'Float', [2], [1], 1, t7.storage(2, 'Double', [1, 2]))),
      /no storage of its type/,
    ],
    ['an unknown type', craftT7([{ int: 3 }, { int: 1 }, { int: 1 }, { int: 9 }]), /unknown type 9/],
    ['an object of a later version', craftT7(t7.object(1, 'a', [], 'V 2')), /object of version 2/],
    [
      'an object that is not a table',
      craftT7(t7.object(1, 'my.Class', t7.number(1))),
      /"my\.Class" is not saved as a table/,
    ],
    [
      'tables 2,000 deep',
      craftT7(Array.from({ length: 2000 }, (_, k) => [{ int: 3 }, { int: k }, { int: 1 }]).flat()),
      /nested more than 1000 deep/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readT7(bytes, { longBytes: 8 })).toThrow(message);
    expect(() => readT7(bytes)).toThrow(FormatError);
  });

  it('reads an object of a file without versions', () => {
    const object = readT7(craftT7(t7.object(1, 'nn.Sigmoid', t7.table(2, []), null)));
    expect(object).toMatchObject({ className: 'nn.Sigmoid', fields: new Map() });
  });

  it.each(ENCODINGS)('gives a value or a FormatError for mutations of a %s file', async (name, encoding) => {
    const report = await readMutations(
      { name, bytes: craftT7(T7_SAMPLE, encoding), read: (bytes) => readT7State(bytes) },
      300,
    );
    expect(report.refused).toBeGreaterThan(100);
  });
});

const directory = sharedPath('formats/t7');

describe.skipIf(directory === undefined)('readT7 of files of Lua Torch7 (../shared/formats)', () => {
  const read = (name: string) => readT7(readFileSync(join(directory!, name)), { what: name });

  it('reads tables', () => {
    expect(read('hello=123.t7')).toEqual(new Map([['hello', 123]]));
    const list = [1, 2, 3, 4].map((key, k) => [key, ['hello', 'world', 'third item', 123][k]] as const);
    expect(read('list_table.t7')).toEqual(new Map<unknown, unknown>(list));
    const table = read('recursive_kv_table.t7') as T7Table;
    expect([...table]).toEqual([[table, table]]);
  });

  it('reads tensors', () => {
    const double = (read('doubletensor.t7') as T7Tensor).read();
    expect(double).toEqual({ dtype: 'F64', shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6.9) });
    const { shape, data } = (read('floattensor.t7') as T7Tensor).read();
    expect([shape, data[0], data[23]]).toEqual([[2, 3, 4], 0.8635311722755432, 0.13664843142032623]);
  });

  it('reads objects as their fields, and passes over functions', () => {
    expect(read('custom_class.t7')).toMatchObject({ className: 'Blah', fields: new Map() });
    const node = read('nngraph_node.t7') as T7Object;
    expect([node.className, [...node.fields.keys()]]).toEqual([
      'nngraph.Node',
      ['data', 'id', 'children', 'visited', 'marked'],
    ]);
    expect(read('function.t7')).toBeInstanceOf(T7Function);
  });

  it('refuses a hash of tds by its name', () => {
    expect(() => read('tds_hash.t7')).toThrow(
      /tds_hash\.t7 cannot be read: it holds an object of the class "tds\.Hash"/,
    );
  });
});
