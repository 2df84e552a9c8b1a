/**
 * The two passes of an antialiased resize of RGB bytes, in AssemblyScript with 128-bit vectors.
 * Sums are 32-bit integers with 22 fractional bits, as Pillow computes them (`src/libImaging/Resample.c`), so results are equal
 * bit for bit. `node assembly/build.ts` compiles it into `src/resize-kernel.ts`.
 *
 * `starts[i]`, `counts[i]`: the source pixels (or rows) that output i reads; `weights[i · taps …]`: their 22-bit weights.
 */

const FRACTION: i32 = 22;
const HALF: i32 = 1 << (FRACTION - 1);

/** The first byte that the host may use; what lies below belongs to this module. */
export const heap: usize = __heap_base;

/** Four bytes at `address` as 32-bit integers. */
function load4(address: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(address)));
}

/** Sums to bytes, rounded and clamped; the first four lanes count. */
function toBytes(sums: v128): v128 {
  const shifted = i32x4.shr_s(sums, FRACTION);
  const words = i16x8.narrow_i32x4_s(shifted, shifted);
  return i8x16.narrow_i16x8_u(words, words);
}

/** Rows of `width` pixels to rows of `outWidth`, `stride` bytes apart. Reads one byte and writes one byte past the last pixel. */
export function horizontal(
  source: usize,
  target: usize,
  rows: i32,
  width: i32,
  outWidth: i32,
  stride: i32,
  starts: usize,
  counts: usize,
  weights: usize,
  taps: i32,
): void {
  for (let y = 0; y < rows; y++) {
    const row = source + <usize>(y * width * 3);
    let out = target + <usize>(y * stride);
    for (let x = 0; x < outWidth; x++) {
      let pixel = row + <usize>(load<i32>(starts + ((<usize>x) << 2)) * 3);
      let weight = weights + ((<usize>(x * taps)) << 2);
      const end = weight + ((<usize>load<i32>(counts + ((<usize>x) << 2))) << 2);
      let sums = i32x4.splat(HALF);
      for (; weight < end; weight += 4, pixel += 3) {
        sums = i32x4.add(sums, i32x4.mul(load4(pixel), v128.load32_splat(weight)));
      }
      v128.store_lane<u32>(out, toBytes(sums), 0);
      out += 3;
    }
  }
}

/** Columns of `stride` bytes a row, a multiple of 4, to `outRows` rows. */
export function vertical(
  source: usize,
  target: usize,
  stride: i32,
  outRows: i32,
  starts: usize,
  counts: usize,
  weights: usize,
  taps: i32,
): void {
  for (let y = 0; y < outRows; y++) {
    const first = source + <usize>(load<i32>(starts + ((<usize>y) << 2)) * stride);
    const begin = weights + ((<usize>(y * taps)) << 2);
    const end = begin + ((<usize>load<i32>(counts + ((<usize>y) << 2))) << 2);
    const out = target + <usize>(y * stride);
    for (let x = 0; x < stride; x += 4) {
      let byte = first + <usize>x;
      let sums = i32x4.splat(HALF);
      for (let weight = begin; weight < end; weight += 4, byte += <usize>stride) {
        sums = i32x4.add(sums, i32x4.mul(load4(byte), v128.load32_splat(weight)));
      }
      v128.store_lane<u32>(out + <usize>x, toBytes(sums), 0);
    }
  }
}
