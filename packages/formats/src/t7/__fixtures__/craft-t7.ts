/** Writes Torch7 files like torch7/File.lua, in every encoding. Files of Torch itself are in `../shared`. */

export interface T7Encoding {
  readonly ascii?: boolean;
  readonly littleEndian?: boolean;
  readonly longBytes?: 4 | 8;
}

type Part = { readonly int: number } | { readonly long: number } | { readonly double: number } | { readonly text: string } | Numbers;
interface Numbers {
  /** For instance `Float`. */
  readonly type: string;
  readonly values: readonly number[];
}

const WIDTHS: Readonly<Record<string, number>> = { Byte: 1, Char: 1, Short: 2, Half: 2, Int: 4, Float: 4, Cuda: 4, Double: 8 };

/** The values of a file; each is a list of parts. */
export const t7 = {
  nil: (): Part[] => [{ int: 0 }],
  number: (value: number): Part[] => [{ int: 1 }, { double: value }],
  string: (value: string): Part[] => [{ int: 2 }, { int: value.length }, { text: value }],
  boolean: (value: boolean): Part[] => [{ int: 5 }, { int: Number(value) }],
  /** A reference to a table that was already written. */
  known: (type: number, index: number): Part[] => [{ int: type }, { int: index }],
  table: (index: number, entries: readonly (readonly [Part[], Part[]])[]): Part[] => [
    ...[{ int: 3 }, { int: index }, { int: entries.length }],
    ...entries.flatMap(([key, value]) => [...key, ...value]),
  ],
  object: (index: number, className: string, content: Part[], version: string | null = 'V 1'): Part[] => [
    ...[{ int: 4 }, { int: index }],
    ...(version === null ? [] : [{ int: version.length }, { text: version }]),
    ...[{ int: className.length }, { text: className }],
    ...content,
  ],
  storage: (index: number, type: string, values: readonly number[]): Part[] =>
    t7.object(index, `torch.${type}Storage`, [{ long: values.length }, { type, values }]),
  /** `offset` counts from 1. */
  tensor: (index: number, type: string, shape: readonly number[], strides: readonly number[], offset: number, storage: Part[]): Part[] =>
    t7.object(index, `torch.${type}Tensor`, [
      { int: shape.length },
      { type: 'longs', values: shape },
      { type: 'longs', values: strides },
      { long: offset },
      ...storage,
    ]),
};

export function craftT7(parts: readonly Part[], { ascii = false, littleEndian = true, longBytes = 8 }: T7Encoding = {}): Uint8Array {
  const bytes: number[] = [];
  const put = (width: number, set: (view: DataView) => void) => {
    const view = new DataView(new ArrayBuffer(width));
    set(view);
    bytes.push(...new Uint8Array(view.buffer));
  };
  const text = (characters: string) => bytes.push(...Buffer.from(characters, 'latin1'));
  const long = (value: number) =>
    longBytes === 4
      ? put(4, (view) => view.setInt32(0, value, littleEndian))
      : put(8, (view) => view.setBigInt64(0, BigInt(value), littleEndian));
  const element = (type: string, value: number) => {
    if (type === 'Long' || type === 'longs') return long(value);
    put(WIDTHS[type]!, (view) => {
      if (type === 'Byte' || type === 'Char') view.setInt8(0, value);
      else if (type === 'Short' || type === 'Half') view.setInt16(0, value, littleEndian);
      else if (type === 'Int') view.setInt32(0, value, littleEndian);
      else if (type === 'Double') view.setFloat64(0, value, littleEndian);
      else view.setFloat32(0, value, littleEndian);
    });
  };
  for (const part of parts) {
    if ('text' in part) text(ascii ? `${part.text}\n` : part.text);
    else if (ascii && 'values' in part) {
      const isRaw = part.type === 'Byte' || part.type === 'Char';
      if (isRaw) text(String.fromCharCode(...part.values.map((value) => value & 0xff)));
      else text(part.values.join(' '));
      if (part.values.length > 0) text('\n');
    } else if (ascii) text(`${Object.values(part)[0]}\n`);
    else if ('int' in part) put(4, (view) => view.setInt32(0, part.int, littleEndian));
    else if ('long' in part) long(part.long);
    else if ('double' in part) put(8, (view) => view.setFloat64(0, part.double, littleEndian));
    else for (const value of part.values) element(part.type, value);
  }
  return Uint8Array.from(bytes);
}

/** Every element type. */
export const T7_TYPES = ['Byte', 'Char', 'Short', 'Int', 'Long', 'Half', 'Float', 'Double', 'Cuda'];

/** A module with a weight and a transposed view of the same storage, and a table that contains itself and the module twice. */
const MODULE = t7.object(
  2,
  'nn.Linear',
  t7.table(3, [
    [t7.string('weight'), t7.tensor(4, 'Float', [2, 3], [3, 1], 1, t7.storage(5, 'Float', [1, 2, 3, 4, 5, 6.5]))],
    [t7.string('transposed'), t7.tensor(6, 'Float', [3, 2], [1, 3], 1, t7.known(4, 5))],
    [t7.string('gradInput'), t7.tensor(7, 'Float', [], [], 0, t7.nil())],
    [t7.string('train'), t7.boolean(false)],
  ]),
);
/** A file with all features of the format. */
export const T7_SAMPLE = t7.table(1, [
  [t7.number(1), MODULE],
  [t7.number(2), t7.known(4, 2)],
  [t7.string('self'), t7.known(3, 1)],
  [t7.string('__proto__'), t7.number(-0.5)],
  [
    t7.string('types'),
    t7.table(
      8,
      T7_TYPES.map((type, k) => [
        t7.string(type),
        t7.tensor(10 + 2 * k, type, [2], [1], 2, t7.storage(11 + 2 * k, type, [0, 1, type === 'Half' ? 0x3c00 : 2])),
      ]),
    ),
  ],
]);
