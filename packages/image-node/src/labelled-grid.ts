/** Sample sheets: rows of generated images, each beside its caption. */

import { ConfigError, type RgbImage } from '@t2i/core';
import { paste } from './canvas.ts';
import { assertImage, assertSize } from './size.ts';
import { escapeXml, FONT_FAMILY, renderSvg } from './svg.ts';

const FONT_SIZE = 13;
const LINE_HEIGHT = 16;
/** Width of a letter in pixels, on the wide side because the fonts of the machine are unknown. */
const LETTER_WIDTH = 7.5;
const MAX_LINES = 4;
const TITLE_HEIGHT = 28;
/** Most pixels per side of an SVG document. */
const MOST_PIXELS = 2 ** 15 - 1;

export interface LabelledRow {
  /** Any text; wrapped to four lines and cut with an ellipsis. */
  readonly caption: string;
  /** A few words under the caption, in grey. */
  readonly note?: string;
  /** Left to right; all images of a grid have one size. */
  readonly images: readonly RgbImage[];
}

export interface LabelledGridOptions {
  /** Width of the captions' column in pixels; default 240. */
  readonly captionWidth?: number;
  /** Pixels between and around the images; default 4. */
  readonly gap?: number;
}

/**
 * Arranges rows of images below each other, each with its caption on the left.
 * @throws ConfigError for no images, images of several sizes, and a sheet of more than 2¹⁵ − 1 pixels per side
 */
export async function labelledGrid(
  rows: readonly LabelledRow[],
  { captionWidth = 240, gap = 4 }: LabelledGridOptions = {},
): Promise<RgbImage> {
  const first = assertRows(rows, captionWidth, gap);
  const columns = Math.max(...rows.map((row) => row.images.length));
  const width = captionWidth + gap + columns * (first.width + gap);
  const text: string[] = [];
  const places: { image: RgbImage; left: number; top: number }[] = [];
  let top = gap;
  for (const row of rows) {
    const lines = wrap(row.caption, lettersIn(captionWidth - 2 * gap), MAX_LINES);
    const labels = lines.map((line) => label(line, '#111'));
    if (row.note !== undefined) labels.push(label(row.note, '#888'));
    const height = Math.max(first.height, labels.length * LINE_HEIGHT);
    const start = top + (height - labels.length * LINE_HEIGHT) / 2;
    text.push(...labels.map((at, i) => at(2 * gap, start + i * LINE_HEIGHT + FONT_SIZE)));
    row.images.forEach((image, column) => {
      const left = captionWidth + gap + column * (first.width + gap);
      places.push({ image, left, top: top + Math.floor((height - first.height) / 2) });
    });
    top += height + gap;
  }
  const sheet = await renderSvg(document(width, top, text.join('')));
  for (const { image, left, top } of places) paste(sheet, image, left, top); // after the text, which may be too wide
  return sheet;
}

/** The first image. All others have its size. */
function assertRows(rows: readonly LabelledRow[], captionWidth: number, gap: number): RgbImage {
  const [first, ...others] = rows.flatMap(({ images }) => images);
  if (first === undefined) throw new ConfigError('A sheet needs at least one row with an image.');
  for (const image of [first, ...others]) {
    assertImage(image);
    if (image.width === first.width && image.height === first.height) continue;
    throw new ConfigError('The images of a sheet must share one size.');
  }
  for (const pixels of [captionWidth, gap]) {
    if (Number.isInteger(pixels) && pixels >= 0) continue;
    throw new ConfigError(`A sheet cannot have ${pixels} pixels for captions or gaps.`);
  }
  return first;
}

/** The same image below a line of text. */
export async function withTitle(image: RgbImage, title: string): Promise<RgbImage> {
  assertImage(image);
  const text = label(title, '#111')(8, (TITLE_HEIGHT + FONT_SIZE) / 2 - 1);
  const titled = await renderSvg(document(image.width, image.height + TITLE_HEIGHT, text));
  paste(titled, image, 0, TITLE_HEIGHT);
  return titled;
}

function document(width: number, height: number, content: string): string {
  assertSize({ width, height }, MOST_PIXELS);
  const box = `width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box}><rect ${box} fill="#fff"/>${content}</svg>`;
}

const lettersIn = (pixels: number) => Math.max(1, Math.floor(pixels / LETTER_WIDTH));

function label(text: string, colour: string) {
  const style = `font-family="${FONT_FAMILY}" font-size="${FONT_SIZE}" fill="${colour}"`;
  return (x: number, y: number) => `<text x="${x}" y="${y}" ${style}>${escapeXml(text)}</text>`;
}

/** Breaks text at spaces into lines of at most `length` characters. Longer words are broken inside. */
export function wrap(text: string, length: number, maxLines: number): string[] {
  const lines: string[] = [];
  let line = '';
  const words = text.split(/\s+/).flatMap((word) => pieces(word, length));
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= length) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  if (lines.length <= maxLines) return lines;
  const last = lines[maxLines - 1]!;
  return [...lines.slice(0, maxLines - 1), `${last.slice(0, length - 1)}…`];
}

function pieces(word: string, length: number): string[] {
  const characters = [...word]; // by code point: a pair of surrogates stays together
  const count = Math.max(1, Math.ceil(characters.length / length));
  return Array.from({ length: count }, (_, i) => characters.slice(i * length, (i + 1) * length).join(''));
}
