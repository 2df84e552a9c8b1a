/** An Oxford-102 with 12 photos in the layout of the real archives. Every photo and caption identifies its image. */

import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { encodeImage } from '@t2i/image-node';
import { packTar, type TarEntry } from 'modern-tar';

/** Labels of the images 1 … 12, as in `imagelabels.mat` here. */
export const MINI_LABELS = [77, 1, 21, 41, 1, 77, 21, 22, 2, 41, 77, 1];
export const MINI_SIZE = MINI_LABELS.length;

const padded = (n: number) => String(n).padStart(5, '0');

/** The grey value of an image by its number from 1; JPEG preserves it to ±1. */
export const miniGrey = (image: number) => 20 * image;

export async function photoEntry(image: number): Promise<TarEntry> {
  const data = new Uint8Array(12 * 9 * 3).fill(miniGrey(image));
  const body = await encodeImage({ data, width: 12, height: 9 }, { format: 'jpeg' });
  return entry(`jpg/image_${padded(image)}.jpg`, body);
}

export function captionEntry(image: number, label = MINI_LABELS[image - 1]!): TarEntry {
  const lines = [1, 2, 3].map((k) => `caption ${k} of image ${image}, class ${label}`);
  return entry(`text_c10/class_${padded(label)}/image_${padded(image)}.txt`, `${lines.join('\n')}\n`);
}

export function entry(name: string, body: string | Uint8Array): TarEntry {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { header: { name, size: bytes.length }, body: bytes };
}

export interface MiniOxford {
  readonly photos: TarEntry[];
  readonly captions: TarEntry[];
}

/** Photos in the order of their numbers, captions class by class: as in the real archives, the two orders differ. */
export async function miniOxford(): Promise<MiniOxford> {
  const images = MINI_LABELS.map((_, i) => i + 1);
  const byClass = images.toSorted((a, b) => MINI_LABELS[a - 1]! - MINI_LABELS[b - 1]!);
  return {
    photos: [
      { header: { name: 'jpg/', size: 0, type: 'directory' } },
      ...(await Promise.all(images.map(photoEntry))),
    ],
    captions: byClass.map((image) => captionEntry(image)),
  };
}

/** Writes the four source files. */
export async function writeMiniOxford(from: string, { photos, captions }: MiniOxford): Promise<void> {
  await mkdir(from, { recursive: true });
  await writeFile(join(from, '102flowers.tgz'), gzipSync(await packTar(photos)));
  await writeFile(join(from, 'text_c10.tar.gz'), gzipSync(await packTar(captions)));
  for (const name of ['imagelabels.mat', 'setid.mat']) {
    await copyFile(fileURLToPath(new URL(name, import.meta.url)), join(from, name));
  }
}
