/** The narrow network of make_small_googlenet.py. */

import { readFile } from 'node:fs/promises';
import { readSafetensors } from '@t2i/formats';
import { GOOGLENET, type GoogLeNetArchitecture } from '../architecture.ts';

const block = (name: string, pooled: boolean, widths: readonly number[]) => {
  const [one, threeReduce, three, fiveReduce, five, pool] = widths as [number, number, number, number, number, number];
  return { name: `inception_${name}`, pooled, one, threeReduce, three, fiveReduce, five, pool };
};

export const SMALL: GoogLeNetArchitecture = {
  ...GOOGLENET,
  imageSize: 64,
  stem: { conv1: 4, conv2Reduce: 4, conv2: 6 },
  blocks: [
    block('3a', false, [2, 3, 4, 2, 3, 2]),
    block('4a', true, [3, 2, 4, 2, 2, 3]),
    block('5a', true, [4, 3, 5, 2, 3, 3]),
  ],
  classes: 7,
};

export async function readFixture(name: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(new URL(name, import.meta.url)));
}

export async function readGolden() {
  const { tensors } = readSafetensors(await readFixture('small-golden.safetensors'));
  const { images, pool5, prob, larger, larger_pool5, layers } = tensors;
  const scaled = (bytes: ArrayLike<number>) => Float32Array.from(bytes, (byte) => byte / 127.5 - 1);
  return {
    images: { data: scaled(images!.data), shape: [2, 64, 64, 3] as const },
    larger: { data: scaled(larger!.data), shape: [1, 96, 96, 3] as const },
    largerPool5: larger_pool5!.data as Float32Array,
    layers: layers!.data as Float32Array,
    pool5: pool5!.data as Float32Array,
    prob: prob!.data as Float32Array,
  };
}
