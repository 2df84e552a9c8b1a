import { describe, expect, it } from 'vitest';
import { expectTensors } from './expect-tensors.ts';
import { toFloat16 } from './float16.ts';
import { float32Tensor, type NamedTensor } from './state-dict.ts';

const half = (...values: number[]): NamedTensor => ({ dtype: 'F16', shape: [values.length], data: toFloat16(values) });
const single = (...values: number[]) => float32Tensor([values.length], Float32Array.from(values));
const checked = (weight: NamedTensor) => () => expectTensors(new Map([['weight', weight]]), { weight });

describe('expectTensors', () => {
  it.each([single(0, -3.4e38, 1e-45), half(0, -65504, 6e-8, 65504)])(
    'takes the largest and the smallest of %o',
    (weight) => expect(checked(weight)).not.toThrow(),
  );

  it.each([
    single(1, Number.NaN),
    single(Number.POSITIVE_INFINITY, 1),
    single(1, Number.NEGATIVE_INFINITY),
    half(1, Number.NaN),
    half(1e6, 1),
    half(1, Number.NEGATIVE_INFINITY),
  ])('refuses what is not finite: %o', (weight) =>
    expect(checked(weight)).toThrow(
      expect.objectContaining({
        code: 'ERR_CHECKPOINT',
        message: expect.stringMatching(/"weight" holds .* not finite/),
      }),
    ),
  );

  it('names what is missing, unknown, or of another type or shape', () => {
    const expected = new Map([['weight', single(1, 2)]]);
    expect(() => expectTensors(expected, {})).toThrow('no tensor "weight"');
    expect(() => expectTensors(expected, { weight: single(1) })).toThrow(`"weight" is F32 [1], the model's F32 [2]`);
    expect(() => expectTensors(expected, { weight: half(1, 2) })).toThrow('is F16 [2]');
    expect(() => expectTensors(expected, { weight: single(1, 2), more: single(1) })).toThrow('"more" that the model');
  });
});
