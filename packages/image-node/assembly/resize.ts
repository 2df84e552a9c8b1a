/**
 * The two passes of an antialiased resize of RGB bytes, in AssemblyScript with 128-bit vectors.
 * Sums are 32-bit integers with 22 fractional bits, as Pillow computes them (`src/libImaging/Resample.c`), so results are equal
 * bit for bit. `node assembly/build.ts` compiles it into `src/resize-kernel.ts`.
 *
 * `starts[i]`: the first source pixel (or row) that output i reads. `pairs`: how many pairs of pixels every output reads.
 * `weights[i · pairs …]`: 8 bytes a pair. A weight is h·2¹¹ + l with 0 ≤ l < 2¹¹; a pair holds h₀ h₁ l₀ l₁ as 16-bit integers,
 * so that one instruction multiplies and adds both. Past an output's last pixel the weights are zero.
 */

const FRACTION: i32 = 22;
const LOW_BITS: i32 = 11;
const HALF: i32 = 1 << (FRACTION - 1);

/** The first byte that the host may use; what lies below belongs to this module. */
export const heap: usize = __heap_base;

/** Both halves of the sums to bytes, rounded and clamped; the first four lanes count. */
function toBytes(high: v128, low: v128): v128 {
  const sums = i32x4.shr_s(i32x4.add(i32x4.shl(high, LOW_BITS), low), FRACTION);
  const words = i16x8.narrow_i32x4_s(sums, sums);
  return i8x16.narrow_i16x8_u(words, words);
}

/** Rows of `width` pixels to rows of `outWidth`, `stride` bytes apart. Reads up to `pairs` pairs past the last pixel, writes a byte past it. */
export function horizontal(
  source: usize,
  target: usize,
  rows: i32,
  width: i32,
  outWidth: i32,
  stride: i32,
  starts: usize,
  weights: usize,
  pairs: i32,
): void {
  const zero = i32x4.splat(0);
  for (let y = 0; y < rows; y++) {
    const row = source + <usize>(y * width * 3);
    let out = target + <usize>(y * stride);
    let weight = weights;
    for (let x = 0; x < outWidth; x++) {
      let pixel = row + <usize>(load<i32>(starts + ((<usize>x) << 2)) * 3);
      const end = weight + ((<usize>pairs) << 3);
      let high = zero;
      let low = i32x4.splat(HALF);
      for (; weight < end; weight += 8, pixel += 6) {
        const bytes = v128.load64_zero(pixel);
        // r₀ r₁ g₀ g₁ b₀ b₁ as 16-bit integers
        const both = i8x16.shuffle(bytes, zero, 0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16);
        high = i32x4.add(high, i32x4.dot_i16x8_s(both, v128.load32_splat(weight)));
        low = i32x4.add(low, i32x4.dot_i16x8_s(both, v128.load32_splat(weight, 4)));
      }
      v128.store_lane<u32>(out, toBytes(high, low), 0);
      out += 3;
    }
  }
}

/** Columns of `stride` bytes a row, a multiple of 8, to `outRows` rows. Reads up to `pairs` pairs of rows past the last. */
export function vertical(
  source: usize,
  target: usize,
  stride: i32,
  outRows: i32,
  starts: usize,
  weights: usize,
  pairs: i32,
): void {
  for (let y = 0; y < outRows; y++) {
    const first = source + <usize>(load<i32>(starts + ((<usize>y) << 2)) * stride);
    const begin = weights + ((<usize>(y * pairs)) << 3);
    const end = begin + ((<usize>pairs) << 3);
    const out = target + <usize>(y * stride);
    for (let x = 0; x < stride; x += 8) {
      let byte = first + <usize>x;
      let leftHigh = i32x4.splat(0);
      let leftLow = i32x4.splat(HALF);
      let rightHigh = i32x4.splat(0);
      let rightLow = i32x4.splat(HALF);
      for (let weight = begin; weight < end; weight += 8, byte += <usize>(2 * stride)) {
        const upper = v128.load64_zero(byte);
        const lower = v128.load64_zero(byte + <usize>stride);
        const both = i8x16.shuffle(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const left = i16x8.extend_low_i8x16_u(both);
        const right = i16x8.extend_high_i8x16_u(both);
        const high = v128.load32_splat(weight);
        const low = v128.load32_splat(weight, 4);
        leftHigh = i32x4.add(leftHigh, i32x4.dot_i16x8_s(left, high));
        leftLow = i32x4.add(leftLow, i32x4.dot_i16x8_s(left, low));
        rightHigh = i32x4.add(rightHigh, i32x4.dot_i16x8_s(right, high));
        rightLow = i32x4.add(rightLow, i32x4.dot_i16x8_s(right, low));
      }
      v128.store_lane<u32>(out + <usize>x, toBytes(leftHigh, leftLow), 0);
      v128.store_lane<u32>(out + <usize>x, toBytes(rightHigh, rightLow), 0, 4);
    }
  }
}
