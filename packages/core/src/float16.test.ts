import { describe, expect, it } from 'vitest';
import { float32Values, fromFloat16, roundedToFloat16, toFloat16, withRoundedMatrices } from './float16.ts';
import { float32Tensor } from './state-dict.ts';

const every = Uint16Array.from({ length: 65536 }, (_, i) => i);

describe('float16', () => {
  it('returns every number of 16 bits to its bits', () => {
    const back = toFloat16(fromFloat16(every));
    const isNumber = (half: number) => (half & 0x7c00) !== 0x7c00 || (half & 0x3ff) === 0;
    expect(every.every((half, i) => !isNumber(half) || back[i] === half)).toBe(true);
    expect(fromFloat16(every).filter(Number.isNaN)).toHaveLength(2 * 1023);
  });

  it('rounds to the nearest, and halfway to the even one, between all neighbours', () => {
    const values = fromFloat16(every.subarray(0, 0x7c00)); // ascending, from 0 to 65504
    for (let i = 0; i + 1 < values.length; i++) {
      const middle = (values[i]! + values[i + 1]!) / 2; // exact in 32 bits
      const even = i % 2 === 0 ? i : i + 1;
      const off = (values[i + 1]! - values[i]!) / 8;
      expect(toFloat16([middle, middle - off, middle + off, -middle])).toEqual(
        Uint16Array.of(even, i, i + 1, even | 0x8000),
      );
    }
  });

  it('knows the limits', () => {
    expect(fromFloat16(toFloat16([65504, 65519, 65520, -1e9, 2 ** -25, 2 ** -24, Number.NaN]))).toEqual(
      Float32Array.of(65504, 65504, Infinity, -Infinity, 0, 2 ** -24, NaN),
    );
  });
});

describe('tensors of 16 bits', () => {
  const kernel = float32Tensor([2, 2], Float32Array.of(0.1, 0.2, 0.3, 0.4));
  const bias = float32Tensor([2], Float32Array.of(0.1, 1e-9));

  it('are matrices only: vectors keep every bit', () => {
    const rounded = withRoundedMatrices({ kernel, bias });
    expect(rounded.bias).toBe(bias);
    expect(rounded.kernel).toMatchObject({ dtype: 'F16', shape: [2, 2] });
    expect(withRoundedMatrices(rounded)).toEqual(rounded);
  });

  it('are read as numbers of 32', () => {
    expect(float32Values(bias)).toBe(bias.data);
    expect(float32Values(roundedToFloat16(kernel))[1]).toBeCloseTo(0.2, 4);
  });
});
