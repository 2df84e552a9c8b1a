/** The files of `t2i generate`. */

import { imageGrid, toRgbImages } from '@t2i/core';
import { encodeImage } from '@t2i/image-node';
import type { TextToImage } from '@t2i/published-model';
import { type BackendFlag, imageFormat } from './flags.ts';
import { generateCaptions } from './generate-captions.ts';
import { nameOf } from './open-model.ts';
import { intoDirectory, writeOut } from './out-file.ts';

/** The image file, unless --out names one. */
export const IMAGE = 'flower.png';

export interface GenerateFlags {
  run?: string;
  seed: number;
  n: number;
  out?: string;
  captions?: string;
  force: boolean;
  backend: BackendFlag;
}

/** One image, or a grid of `-n` images. */
export async function writeImage(
  model: TextToImage,
  captions: readonly string[],
  flags: GenerateFlags,
): Promise<string[]> {
  const { seed, n, out, force } = flags;
  const images = toRgbImages(await model.generate({ captions, seed, perCaption: n }));
  const image = n === 1 ? images[0]! : imageGrid(images, { columns: Math.ceil(Math.sqrt(n)) });
  const bytes = await encodeImage(image, { format: imageFormat(out ?? IMAGE) });
  return [await writeOut({ named: out, usual: IMAGE, force }, bytes)];
}

/** A page and grids for many captions. */
export async function writePage(
  model: TextToImage,
  captions: readonly string[],
  flags: GenerateFlags,
): Promise<string[]> {
  const { seed, n: perCaption, out, force } = flags;
  return intoDirectory({ named: out, usual: 'drawings', force }, 'generating images', (directory) =>
    generateCaptions(model, { captions, seed, perCaption, directory, name: nameOf(flags.run) }),
  );
}
