/** Names of images, as text and as files. */

import type { Scene } from './scene.ts';

/** The number of an image: "no. 3", or "no. 3 › 5" for the fifth image near the third. Counts from 1. */
export function numberOf(like: Scene['like'], index: number): string {
  return `no. ${[...like, index].map((step) => step + 1).join(' › ')}`;
}

/** `a-pink-flower-seed-7-3.png`: the caption, in any alphabet, with the seed and the path. */
export function fileName(caption: string, seed: number, path: readonly number[]): string {
  const words = caption
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, 60)
    .replace(/^-|-$/g, '');
  return `${[words, 'seed', seed, ...path.map((step) => step + 1)].filter((part) => part !== '').join('-')}.png`;
}

/** "3.4" of "3.4 MB". */
export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
