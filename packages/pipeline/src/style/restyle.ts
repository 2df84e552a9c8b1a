/** Captions in the style of photos: G(S(x), φ(t)), as in the paper's figure 6. */

import { readFile } from 'node:fs/promises';
import {
  captionNoiseGrid,
  DatasetError,
  enlarge,
  errorMessage,
  generateImages,
  type ImageBatch,
  type RgbImage,
  T2iError,
  toImageBatch,
  toRgbImages,
} from '@t2i/core';
import type { StyleEncoder } from '@t2i/gan-cls';
import { cutView } from '@t2i/image-encoder';
import { decodeImage, labelledGrid, resizeBicubic } from '@t2i/image-node';
import type { TextToImagePipeline } from '../pipeline.ts';

const SHOWN_SIDE = 128; // on a sheet, images are enlarged by a whole factor to about this

/**
 * A photo as S sees it: the centre square, seven eighths of the shorter side, at the generator's image size.
 * @throws DatasetError when the file is missing or not a complete image
 */
export async function readPhoto(path: string, imageSize: number): Promise<RgbImage> {
  try {
    return cutView(await decodeImage(await readFile(path)), 'middle', imageSize, resizeBicubic);
  } catch (cause) {
    throw new DatasetError(`Cannot read the photo ${path}: ${errorMessage(cause)}`, {
      hint: (T2iError.isInstance(cause) && cause.hint) || 'Give a JPEG, PNG, WebP, GIF, TIFF or AVIF file.',
      cause,
    });
  }
}

export interface RestyleRequest {
  /** As `readPhoto` gives them. */
  readonly photos: readonly RgbImage[];
  readonly captions: readonly string[];
}

/**
 * Generates each caption in the style of each photo: rows for all photos with the first caption, then with the second, …
 * @throws ConfigError for an empty caption
 */
export async function restyle(
  { model, encoder }: Pick<TextToImagePipeline, 'model' | 'encoder'>,
  style: StyleEncoder,
  { photos, captions }: RestyleRequest,
): Promise<ImageBatch> {
  const embeddings = await encoder.encode(captions);
  const styles = await style.encode(toImageBatch(photos));
  return generateImages(model, captionNoiseGrid(embeddings, styles, model.noiseDim));
}

/** Photos along the top, a row for each caption (the paper's figure 6). */
export function styleSheet({ photos, captions }: RestyleRequest, generated: ImageBatch): Promise<RgbImage> {
  const factor = Math.max(1, Math.round(SHOWN_SIDE / generated.shape[1]));
  const shown = (images: readonly RgbImage[]) => images.map((image) => enlarge(image, factor));
  const images = toRgbImages(generated);
  return labelledGrid([
    { caption: 'photos, as the style encoder sees them', images: shown(photos) },
    ...captions.map((caption, row) => ({
      caption,
      images: shown(images.slice(row * photos.length, (row + 1) * photos.length)),
    })),
  ]);
}
