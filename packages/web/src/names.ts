/** What images are called, in words and as files. */

import type { Scene } from './scene.ts';

/** Which image of a seed: "no. 3", or "no. 3 › 5" for the fifth near to the third. People count from 1. */
export function numberOf(like: Scene['like'], index: number): string {
  return `no. ${[...like, index].map((step) => step + 1).join(' › ')}`;
}

/** `a-pink-flower-seed-7-3.png`: what was typed, in any alphabet, and what draws it again. */
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
