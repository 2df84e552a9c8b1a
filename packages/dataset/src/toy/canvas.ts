/** A square RGB canvas. Coverage between 0 and 1 blends, which suffices for anti-aliasing. */

import type { Rgb } from './oklab.ts';

/** The bounds of a shape, relative to the canvas side. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const EVERYWHERE: Bounds = { left: 0, top: 0, right: 1, bottom: 1 };

/** The square that extends `reach` to each side of a point. */
export function boundsAround(x: number, y: number, reach: number): Bounds {
  return { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach };
}

/** Positions are relative to the side (0 … 1, from the left and the top), so that an image is the same at every size. */
export class Canvas {
  readonly side: number;
  readonly #pixels: Float32Array;
  #offset = 0;

  constructor(side: number) {
    this.side = side;
    this.#pixels = new Float32Array(side * side * 3);
  }

  /** Calls `brush` for the centre of each pixel within the bounds; `brush` calls `blend` to paint it. */
  paint({ left, top, right, bottom }: Bounds, brush: (x: number, y: number) => void): void {
    const { side } = this;
    const lastX = Math.min(side, Math.ceil(right * side));
    const lastY = Math.min(side, Math.ceil(bottom * side));
    for (let y = Math.max(0, Math.floor(top * side)); y < lastY; y++) {
      for (let x = Math.max(0, Math.floor(left * side)); x < lastX; x++) {
        this.#offset = (y * side + x) * 3;
        brush((x + 0.5) / side, (y + 0.5) / side);
      }
    }
  }

  /** Covers the current pixel with a colour times `brightness`. */
  blend(colour: Rgb, coverage: number, brightness = 1): void {
    for (let channel = 0; channel < 3; channel++) {
      const i = this.#offset + channel;
      this.#pixels[i] = this.#pixels[i]! * (1 - coverage) + colour[channel]! * brightness * coverage;
    }
  }

  /** Darkens the current pixel to a part of its light. */
  shade(brightness: number): void {
    for (let i = this.#offset; i < this.#offset + 3; i++) this.#pixels[i] = this.#pixels[i]! * brightness;
  }

  /** How much of a pixel a shape covers whose edge is `distance` away (negative inside), relative to the side. */
  coverage(distance: number): number {
    return Math.max(0, Math.min(1, 0.5 - distance * this.side));
  }

  /** RGB bytes, rows from the top. */
  toBytes(): Uint8Array {
    return new Uint8Array(new Uint8ClampedArray(this.#pixels).buffer); // clamps and rounds
  }
}
