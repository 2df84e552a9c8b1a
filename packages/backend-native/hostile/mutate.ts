/** Spoils well-formed arguments: zero, negative, fractional, repeated, huge, mismatched, of another type, without memory. */

import type { Arguments, Attribute, Draw, Inputs, TensorSpec } from './arguments.ts';

/** Far above what a tensor may hold; nothing between it and a few hundred, which would only take long. */
export const HUGE = 2 ** 40;

const NUMBERS = [
  ...[-1, -1, -2, -3, -7, -33, 0, 0, -0, 1, 2, 3, 4, 5, 9, 33, 100, 0.5, -0.5, 1.5, NaN, Infinity, -Infinity],
  ...[HUGE, HUGE + 1, 2 ** 53 - 1, 2 ** 53, 1e18, 1e308, -HUGE, -(2 ** 53), 1e-30],
];
const WORDS = [
  'valid',
  'same',
  'NCHW',
  'NHWC',
  'relu',
  'prelu',
  'int32',
  'bool',
  'complex64',
  'string',
  'ceil',
  'reflect',
  '',
];

function spoiledList(values: readonly Attribute[], draw: Draw): Attribute {
  const at = values.length === 0 ? 0 : draw.whole(0, values.length - 1);
  const changes: (() => Attribute)[] = [
    () => values.toSpliced(at, 1),
    () => [...values, draw.pick(...NUMBERS)],
    () => (values.length === 0 ? [-1] : values.with(at, values[draw.whole(0, values.length - 1)])),
    () => [],
    () => draw.pick(...NUMBERS),
    () => undefined,
  ];
  const inside = () => (values.length === 0 ? [0] : values.with(at, spoiledAttribute(values[at], draw)));
  return draw.pick(inside, inside, inside, ...changes)();
}

export function spoiledAttribute(value: Attribute, draw: Draw): Attribute {
  if (Array.isArray(value)) return spoiledList(value as readonly Attribute[], draw);
  const other = (): Attribute => draw.pick(undefined, 'nonsense', true, [], [1, 1], draw.pick(...NUMBERS));
  if (draw.whole(0, 9) === 0) return other();
  if (typeof value === 'number') return draw.pick(...NUMBERS);
  if (typeof value === 'string') return draw.pick(...WORDS);
  return typeof value === 'boolean' ? !value : other();
}

function spoiledShape(shape: readonly number[], draw: Draw): number[] {
  const at = shape.length === 0 ? 0 : draw.whole(0, shape.length - 1);
  const changes: (() => number[])[] = [
    () => (shape.length === 0 ? [0] : shape.with(at, 0)),
    () => (shape.length === 0 ? [2] : shape.with(at, draw.pick(1, shape[at]! + 1, shape[at]! + 8, draw.size()))),
    () => (shape.length === 0 ? [2] : shape.with(at, Math.max(0, shape[at]! - 1))),
    () => shape.toSpliced(at, 1),
    () => shape.toSpliced(at, 0, draw.pick(0, 1, 2)),
    () => shape.toReversed(),
    () => [],
  ];
  return draw.pick(...changes)();
}

/** Values that were given are repeated to the new size. */
function reshaped(spec: TensorSpec, shape: number[]): TensorSpec {
  if (spec.values === undefined) return { ...spec, shape };
  const { values } = spec;
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { ...spec, shape, values: Array.from({ length: size }, (_, i) => values[i % values.length]!) };
}

/** Values that were given are of a kind, like variances, that another input's are not. */
function alias(spec: TensorSpec, same: string): TensorSpec {
  return spec.values === undefined ? { ...spec, same } : spec;
}

function spoiledTensor(spec: TensorSpec, names: string[], draw: Draw): TensorSpec | undefined {
  const { values: _, ...random } = spec;
  const dtype = draw.pick('float32', 'int32', 'bool', 'string');
  const changes: (() => TensorSpec | undefined)[] = [
    () => reshaped(spec, spoiledShape(spec.shape, draw)),
    () => reshaped(spec, spoiledShape(spec.shape, draw)),
    () => reshaped(spec, spoiledShape(spec.shape, draw)),
    () => (dtype === spec.dtype ? spec : { ...random, dtype }),
    () => ({ ...random, damage: draw.pick('transferred', 'shrunk', 'grown') }),
    () => (spec.dtype === 'int32' ? { ...random, limit: draw.pick(1, 99, 100_000) } : alias(spec, draw.pick(...names))),
    () => (draw.flag() ? undefined : reshaped(spec, spoiledShape(spec.shape, draw))),
  ];
  return draw.pick(...changes)();
}

function spoiledInputs(inputs: Inputs, draw: Draw): Inputs {
  const names = Object.keys(inputs);
  const name = draw.pick(...names);
  const input = inputs[name]!;
  const single = Array.isArray(input) ? (input[0] as TensorSpec) : (input as TensorSpec);
  const spoiled = spoiledTensor(single, names, draw);
  const others = Object.entries(inputs).filter(([other]) => other !== name);
  if (spoiled === undefined) return Object.fromEntries(others);
  const replaced = Array.isArray(input) ? [spoiled, ...input.slice(1)] : spoiled;
  return Object.fromEntries(Object.entries(inputs).map(([other, spec]) => [other, other === name ? replaced : spec]));
}

/** A list of any length is like another; one number is like a list of numbers only where the two are of one depth. */
function isLike(value: Attribute, original: Attribute): boolean {
  if (!Array.isArray(original)) return typeof value === typeof original && !Array.isArray(value);
  const [first] = original as readonly Attribute[];
  return (
    Array.isArray(value) && (first === undefined || (value as readonly Attribute[]).every((one) => isLike(one, first)))
  );
}

/** The arguments with one thing after the other spoiled: none, one, two or three. */
export function spoiled(original: Arguments, draw: Draw): Arguments {
  let { inputs, attrs } = original;
  let illTyped = false;
  for (let times = draw.pick(0, 1, 1, 1, 1, 2, 2, 3); times > 0; times--) {
    const attributes = Object.keys(attrs);
    const hasInputs = Object.keys(inputs).length > 0;
    if (attributes.length > 0 && (!hasInputs || draw.flag())) {
      const name = draw.pick(...attributes);
      const value = spoiledAttribute(attrs[name], draw);
      illTyped ||= !isLike(value, original.attrs[name]);
      attrs = { ...attrs, [name]: value };
    } else if (hasInputs) {
      inputs = spoiledInputs(inputs, draw);
    }
  }
  return { ...original, inputs, attrs, ...(illTyped && { illTyped }) };
}
