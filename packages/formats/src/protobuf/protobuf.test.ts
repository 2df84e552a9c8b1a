import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatenate } from '../bytes.ts';
import { MalformedError } from '../malformed-error.ts';
import { readFields, readPackedVarints } from './read-fields.ts';
import { bytesField, doubleField, floatField, stringField, varintField } from './write-fields.ts';

describe('readFields', () => {
  it('reads the examples of the protobuf documentation', () => {
    // https://protobuf.dev/programming-guides/encoding: Test1 { a: 150 }, Test2 { b: "testing" }
    expect([...readFields(Uint8Array.of(0x08, 0x96, 0x01))]).toMatchObject([{ field: 1, number: 150 }]);
    const [text] = readFields(Uint8Array.of(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67));
    expect([text!.field, new TextDecoder().decode(text!.bytes), text!.isDelimited]).toEqual([2, 'testing', true]);
    expect([...readPackedVarints(Uint8Array.of(0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05))]).toEqual([3, 270, 86942]);
  });

  it('reads what the writers write, up to 2⁵³', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 28 }), fc.maxSafeNat(), fc.float(), (field, number, float) => {
        const message = concatenate([
          varintField(field, number),
          floatField(2, float),
          doubleField(3, float),
          stringField(4, 'ü'),
          bytesField(5, Uint8Array.of(0)),
        ]);
        const [varint, float32, float64, text, bytes] = readFields(message);
        expect(varint).toMatchObject({ field, number });
        const view = ({ buffer, byteOffset }: Uint8Array) => new DataView(buffer, byteOffset);
        expect(view(float32!.bytes).getFloat32(0, true)).toBe(float);
        expect(view(float64!.bytes).getFloat64(0, true)).toBe(float);
        expect(new TextDecoder().decode(text!.bytes)).toBe('ü');
        expect(bytes!.bytes).toEqual(Uint8Array.of(0));
      }),
      { seed: 1 },
    );
  });

  it.each([
    ['a number that does not end', [0x08, 0xff], /ends within a number/],
    ['a number of more than 64 bits', [0x08, ...Array(10).fill(0xff), 0], /more than 64 bits/],
    ['a length beyond the end', [0x12, 0x05, 0x00], /5 bytes ends after the file/],
    ['a length of 2⁶³', [0x12, ...Array(9).fill(0x80), 0x01], /ends after the file/],
    ['a group, which is long out of use', [0x0b], /wire type 3/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => [...readFields(Uint8Array.from(bytes))]).toThrow(message);
    expect(() => [...readFields(Uint8Array.from(bytes))]).toThrow(MalformedError);
  });
});
