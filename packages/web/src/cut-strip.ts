/** Cuts the strip of `GET /interpolate` into images. */

/** Pixels between and around the images of a strip. */
const GAP = 2;

export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** The positions of the images in a strip. @throws RangeError when the size does not match the count */
export function stripSquares(width: number, height: number, count: number): readonly Square[] {
  const side = height - 2 * GAP;
  if (side < 1 || width !== count * (side + GAP) + GAP) {
    throw new RangeError(`${width} × ${height} pixels are not a strip of ${count} images`);
  }
  return Array.from({ length: count }, (_, i) => ({ left: GAP + i * (side + GAP), top: GAP, side }));
}

/** Cuts a strip into PNG files. */
export async function cutStrip(strip: Blob, count: number): Promise<readonly Blob[]> {
  const whole = await createImageBitmap(strip);
  const squares = stripSquares(whole.width, whole.height, count);
  return Promise.all(
    squares.map(async ({ left, top, side }) => {
      const canvas = new OffscreenCanvas(side, side);
      canvas.getContext('2d')!.drawImage(whole, left, top, side, side, 0, 0, side, side);
      return canvas.convertToBlob({ type: 'image/png' });
    }),
  ).finally(() => whole.close());
}
