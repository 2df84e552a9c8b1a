/** A file of captions drawn, in a memory that does not grow with the file: pass by pass into a page, sheet by sheet into grids. */

import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, errorMessage, imageGrid, type RgbImage, toRgbImages } from '@t2i/core';
import { writeFileAtomic } from '@t2i/core/node';
import { encodeImage } from '@t2i/image-node';
import type { TextToImage } from '@t2i/published-model';
import { type CaptionRow, captionPage } from '@t2i/reports';

/** Images drawn at once, and images of one grid; of one caption always all. */
const PASS = 64;
const SHEET = 512;

export interface GenerateCaptionsOptions {
  readonly captions: readonly string[];
  readonly seed: number;
  readonly perCaption: number;
  /** Gets `index.html`, and `grid.png`, or `grid-001.png` and on where there are many. */
  readonly directory: string;
  /** What people read on the page. */
  readonly name: string;
}

/** Draws and writes; returns the files. */
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

/** Every caption with its images, in order; writes a grid as soon as it is full. */
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
 * The captions of a file, one a line; empty lines are passed over.
 * @throws ConfigError when it cannot be read, holds none, or a line is not UTF-8
 */
export async function readCaptions(file: string): Promise<string[]> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new ConfigError(`Cannot read the captions in ${file}: ${errorMessage(cause)}.`, {
      hint: 'Name a text file, one caption a line.',
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
  if (captions.length === 0) throw new ConfigError(`${file} holds no caption.`);
  return captions;
}

/** The first line that is no UTF-8, counted as editors count. No byte of a longer character is a line feed. */
function lineOfDamage(bytes: Buffer): number {
  let line = 1;
  for (let from = 0; ; line++) {
    const end = bytes.indexOf('\n', from);
    if (end < 0 || !isUtf8(bytes.subarray(from, end))) return line;
    from = end + 1;
  }
}
