/** Images for a file of captions. Memory does not grow with the file: passes go into a page, sheets into grids. */

import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, errorMessage, imageGrid, type RgbImage, toRgbImages } from '@t2i/core';
import { writeFileAtomic } from '@t2i/core/node';
import { encodeImage } from '@t2i/image-node';
import type { TextToImage } from '@t2i/published-model';
import { type CaptionRow, captionPage } from '@t2i/reports';

/** Images per pass, and per grid; the images of a caption are never split. */
const PASS = 64;
const SHEET = 512;

export interface GenerateCaptionsOptions {
  readonly captions: readonly string[];
  readonly seed: number;
  readonly perCaption: number;
  /** Where `index.html` and `grid.png` are written; many captions give `grid-001.png`, `grid-002.png`, … */
  readonly directory: string;
  /** The name of the model on the page. */
  readonly name: string;
}

/** Writes the page and the grids; returns their paths. */
export async function generateCaptions(
  model: Pick<TextToImage, 'generate'>,
  options: GenerateCaptionsOptions,
): Promise<string[]> {
  const { directory, name, seed } = options;
  const grids: string[] = [];
  const page = join(directory, 'index.html');
  await writeFileAtomic(page, captionPage(generateRows(model, options, grids), { run: name, seed }));
  return [...grids, page];
}

/** Yields every caption with its images, in order; writes each grid as soon as it is full. */
async function* generateRows(
  model: Pick<TextToImage, 'generate'>,
  { captions, seed, perCaption, directory }: GenerateCaptionsOptions,
  grids: string[],
): AsyncGenerator<CaptionRow> {
  const perPass = Math.max(1, Math.floor(PASS / perCaption));
  const perSheet = Math.max(1, Math.floor(SHEET / perCaption));
  const isOne = captions.length <= perSheet;
  let sheet: RgbImage[] = [];
  for (let from = 0; from < captions.length; from += perPass) {
    const some = captions.slice(from, from + perPass);
    const images = toRgbImages(await model.generate({ captions: some, seed, perCaption }));
    for (const [i, caption] of some.entries()) {
      const own = images.slice(i * perCaption, (i + 1) * perCaption);
      yield { caption, images: await Promise.all(own.map((image) => encodeImage(image, { format: 'png' }))) };
      sheet.push(...own);
      if (sheet.length < perSheet * perCaption && from + i + 1 < captions.length) continue;
      const path = join(directory, isOne ? 'grid.png' : `grid-${String(grids.length + 1).padStart(3, '0')}.png`);
      await writeFileAtomic(path, await encodeImage(imageGrid(sheet, { columns: perCaption }), { format: 'png' }));
      grids.push(path);
      sheet = [];
    }
  }
}

/**
 * The captions of a file, one per line; empty lines are skipped.
 * @throws ConfigError when the file cannot be read, contains no caption, or is not UTF-8
 */
export async function readCaptions(file: string): Promise<string[]> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new ConfigError(`Cannot read the captions in ${file}: ${errorMessage(cause)}.`, {
      hint: 'Name a text file with one caption per line.',
      cause,
    });
  });
  if (!isUtf8(bytes)) {
    throw new ConfigError(`Line ${lineOfDamage(bytes)} of ${file} is not UTF-8 text.`, {
      hint: 'Save the file as UTF-8.',
    });
  }
  const captions = bytes
    .toString('utf8')
    .split(/\r\n|[\n\r]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (captions.length === 0) throw new ConfigError(`${file} contains no caption.`);
  return captions;
}

/** The first line that is not UTF-8, counted as editors count. No byte of a multi-byte character is a line feed. */
function lineOfDamage(bytes: Buffer): number {
  let line = 1;
  for (let from = 0; ; line++) {
    const end = bytes.indexOf('\n', from);
    if (end < 0 || !isUtf8(bytes.subarray(from, end))) return line;
    from = end + 1;
  }
}
