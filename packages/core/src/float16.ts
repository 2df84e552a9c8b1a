/** 16-bit floats (IEEE 754 binary16) as raw bits, F16 in safetensors. JavaScript's own came after Node 20. */

import type { NamedTensor, StateDict } from './state-dict.ts';

const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);
/** 2 to the power of each stored exponent. */
const POWERS = Float64Array.from({ length: 31 }, (_, exponent) => 2 ** (exponent - 15));

/** Rounds to the nearest 16-bit float, ties to even. Values beyond ±65504 (rounded) become infinite, values below 2⁻²⁵ zero. */
export function toFloat16(values: ArrayLike<number>): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) halves[i] = roundToHalf(values[i]!);
  return halves;
}

/** Converts to 32-bit floats. This is exact. */
export function fromFloat16(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) values[i] = sign * fraction * 2 ** -24;
    else if (exponent === 0x1f) values[i] = fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    else values[i] = sign * (1 + fraction / 1024) * POWERS[exponent]!;
  }
  return values;
}

/** Rounds a tensor of type F32 to 16 bits. */
export function roundedToFloat16({ shape, data }: NamedTensor): NamedTensor {
  return { dtype: 'F16', shape, data: toFloat16(data) };
}

/** The numbers of a tensor of type F16 or F32. */
export function float32Values({ dtype, data }: NamedTensor): Float32Array {
  return dtype === 'F16' ? fromFloat16(data as Uint16Array) : (data as Float32Array);
}

/**
 * Rounds matrices and convolutions, nearly all of a model's bytes, to 16 bits. Vectors (biases, normalisation, running
 * statistics) keep 32 bits: they are few, and each number affects a whole channel.
 */
export function withRoundedMatrices(tensors: StateDict['tensors']): StateDict['tensors'] {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const isMatrix = tensor.dtype === 'F32' && tensor.shape.length >= 2;
      return [name, isMatrix ? roundedToFloat16(tensor) : tensor] as const;
    }),
  );
}

function roundToHalf(value: number): number {
  floats[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds to more than the largest
  if (magnitude >= 0x38800000) {
    // normal: drops 13 bits of the fraction; rounding may correctly carry into the exponent
    const kept = magnitude - 0x38000000;
    return sign | ((kept + 0x0fff + ((kept >>> 13) & 1)) >>> 13);
  }
  // subnormal: multiples of 2⁻²⁴
  const multiple = Math.abs(floats[0]!) * 2 ** 24;
  const floor = Math.floor(multiple);
  const rest = multiple - floor;
  return sign | (floor + Number(rest > 0.5 || (rest === 0.5 && floor % 2 === 1)));
}
