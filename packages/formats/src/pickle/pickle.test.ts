import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMutations } from '../__fixtures__/mutations.ts';
import { sharedPath } from '../__fixtures__/shared.ts';
import { readPickle, readPickledArrays } from './read-pickle.ts';

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../numpy/__fixtures__/${name}`, import.meta.url)));
/** A pickle from characters; each is a byte. */
const craft = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const PROTOCOLS = [0, 1, 2, 3, 4, 5];

describe.each(PROTOCOLS)('protocol %i', (protocol) => {
  it('gives plain values', () => {
    const values = readPickle(fixture(`values-${protocol}.pickle`)) as Map<unknown, unknown>;
    expect(Object.fromEntries(values)).toEqual({
      text: 'ü\n\'"\\',
      number: -3,
      large: 2n ** 70n,
      float: 2.5,
      flag: true,
      none: null,
      list: [1, [2, 3]],
      5: 0.5,
      bytes: Uint8Array.of(0, 255),
      set: new Set([1]),
    });
  });

  it('gives a list of NumPy arrays', () => {
    const quarters = [0, 0.25, 0.5, 0.75, 1, 1.25];
    expect(readPickledArrays(fixture(`list-${protocol}.pickle`))).toEqual([
      { dtype: 'F32', shape: [2, 3], data: new Float32Array(6) },
      { dtype: 'F32', shape: [2, 3], data: Float32Array.from(quarters) },
    ]);
  });

  it.each(['values', 'list'])('gives a value or a FormatError for mutations of a pickle of %s', async (kind) => {
    const bytes = fixture(`${kind}-${protocol}.pickle`);
    const report = await readMutations({ name: kind, bytes, read: (mutated) => readPickle(mutated) }, 300);
    expect(report.refused).toBeGreaterThan(20);
  });
});

describe('readPickle', () => {
  it('gives a list that holds itself', () => {
    const list = readPickle(craft(']q\0h\0a.')) as unknown[];
    expect(list[0]).toBe(list);
  });

  it('takes __proto__ for a key like any other', () => {
    const map = readPickle(craft('}X\x09\0\0\0__proto__}s.')) as Map<string, unknown>;
    expect([...map.keys()]).toEqual(['__proto__']);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a call of a function', craft("cos\nsystem\n(S'true'\ntR."), /asks for the Python class or function "os\.system"/],
    ['an object of a class', craft('(ios\nsystem\n.'), /uses the operation INST/],
    ['an id outside of the file', craft('K\x01Q.'), /uses the operation BINPERSID/],
    ['a call of data', craft('K\x01)R.'), /calls something that is not a function/],
    ['an empty file', craft(''), /claims 1 bytes at byte 0, 0 are left/],
    ['no pickle', craft('<html>'), /unknown operation 0x3c at byte 0/],
    ['a text of 4 GB', craft('X\xff\xff\xff\xffab'), /claims 4294967295 bytes/],
    ['a number of 4 GB', craft('\x8b\xff\xff\xff\xff'), /number of 4294967295 bytes/],
    ['a value that was never kept', craft('h\x05.'), /asks for value 5/],
    ['values from nowhere', craft('0.'), /from an empty stack/],
    ['values from before a mark', craft('K\x01(0.'), /from an empty stack/],
    ['a later protocol', craft('\x80\x06N.'), /has the protocol 6/],
    ['text added to a list of keys', craft('K\x01K\x02K\x03s.'), /fills something that is not a dictionary/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readPickle(bytes, 'file a.pickle')).toThrow(message);
    expect(() => readPickle(bytes, 'file a.pickle')).toThrow(/^The file a\.pickle cannot be read/);
  });

  it('refuses to copy one text again and again', () => {
    const text = 'a'.repeat(100_000);
    const encode = 'c_codecs\nencode\n(h\0X\x06\0\0\0latin1tR';
    const bytes = craft(`X\xa0\x86\x01\0${text}q\0${`${encode}0`.repeat(1000)}N.`);
    expect(() => readPickle(bytes)).toThrow(/copies its data more than 16 times/);
  });
});

const directory = sharedPath('formats');

describe.skipIf(directory === undefined)('files in ../shared/formats', () => {
  const read = (name: string) => readFileSync(join(directory!, name));

  it.each([2, 4])('reads caption embeddings of protocol %i', (protocol) => {
    const values = JSON.parse(read('values.json').toString()) as Record<string, { sum: number; first: number }>;
    const arrays = readPickledArrays(read(`numpy/embeddings-protocol-${protocol}.pickle`));
    expect(arrays).toHaveLength(3);
    for (const [k, { shape, data }] of arrays.entries()) {
      const expected = values[`embeddings ${k}`]!;
      expect([shape, data[0]]).toEqual([[10, 16], expected.first]);
      expect([...data].reduce((sum, value) => sum + value, 0)).toBeCloseTo(expected.sum, 10);
    }
  });

  it('refuses a pickle that runs code', () => {
    expect(() => readPickle(read('torch/hostile.pickle'))).toThrow(
      /asks for the Python class or function "__builtin__\.print"/,
    );
  });
});
