/** The position of the first frame of a GIF on its canvas (GIF89a specification, sections 18 to 24). */

import { viewOf } from './bytes.ts';

/** In pixels of the canvas. */
export interface GifFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const SCREEN = 13; // bytes of the signature and the logical screen descriptor
const EXTENSION = 0x21;
const IMAGE = 0x2c;

/** Undefined if the file ends before its first frame. */
export function firstGifFrame(gif: Uint8Array): GifFrame | undefined {
  const view = viewOf(gif);
  if (gif.length < SCREEN) return undefined;
  const flags = gif[10]!;
  let at = SCREEN + ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)); // after the colours
  while (gif[at] === EXTENSION) {
    at += 2; // the kind; then blocks, each preceded by its length, until an empty one
    while (at < gif.length && gif[at] !== 0) at += 1 + gif[at]!;
    at += 1;
  }
  if (gif[at] !== IMAGE || at + 9 > gif.length) return undefined;
  const number = (offset: number) => view.getUint16(at + offset, true);
  return { left: number(1), top: number(3), width: number(5), height: number(7) };
}
