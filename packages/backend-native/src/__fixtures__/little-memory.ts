/** Prints what a kernel does that finds no memory for its threads, and what it does afterwards; `exhaustion.test.ts` runs it. */

import { limitMemory } from '@t2i/test-utils';
import { nativeFunction } from '../binding.ts';

type Normalise = (x: Float32Array, out: Float32Array, pixels: number, channels: number, ...rest: number[]) => void;
const lrn = nativeFunction<Normalise>('lrn');

/** Enough pixels for every thread to need memory of its own. */
function small(): number[] {
  const x = Float32Array.from({ length: 8192 * 4 }, (_, i) => i % 7);
  const out = new Float32Array(x.length);
  lrn(x, out, 8192, 4, 1, 1, 1, 0.5);
  return [...out.subarray(0, 8)];
}

const before = small();
const [pixels, channels] = [4, 2 ** 26];
const large = new Float32Array(pixels * channels); // 1 GiB that nobody touches: each thread needs 768 MiB more before it does
const release = limitMemory(256 << 20);
const errors: string[] = [];
for (let i = 0; i < 2; i++) {
  try {
    lrn(large, large, pixels, channels, 1, 1, 1, 0.5);
  } catch (error) {
    errors.push((error as Error).message);
  }
}
const without = small();
release();
console.log(JSON.stringify({ errors, before, without, after: small() }));
