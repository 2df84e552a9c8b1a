/** The strip that `GET /interpolate` answers with, cut into its images. */

/** Pixels between and around the images of a strip. */
const GAP = 2;

export interface Cell {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** Where the images of a strip are. @throws RangeError when a strip of these sizes does not hold so many */
export function stripCells(width: number, height: number, count: number): readonly Cell[] {
  const side = height - 2 * GAP;
  if (side < 1 || width !== count * (side + GAP) + GAP) {
    throw new RangeError(`${width} × ${height} pixels are not a strip of ${count} images`);
  }
  return Array.from({ length: count }, (_, i) => ({ left: GAP + i * (side + GAP), top: GAP, side }));
}

/** The images of a strip as PNG files. */
export async function cutStrip(strip: Blob, count: number): Promise<readonly Blob[]> {
  const whole = await createImageBitmap(strip);
  const cells = stripCells(whole.width, whole.height, count);
  return Promise.all(
    cells.map(async ({ left, top, side }) => {
      const canvas = new OffscreenCanvas(side, side);
      canvas.getContext('2d')!.drawImage(whole, left, top, side, side, 0, 0, side, side);
      return canvas.convertToBlob({ type: 'image/png' });
    }),
  ).finally(() => whole.close());
}
