/** Renders SVG documents, and escapes free text for them. */

import { ConfigError, type RgbImage } from '@t2i/core';
import { toRgb } from './encode.ts';
import { loadSharp } from './load-sharp.ts';

/** Fonts to try in order. If none is installed, text shows as boxes. */
export const FONT_FAMILY = 'DejaVu Sans, Noto Sans, Liberation Sans, Helvetica, Arial, sans-serif';

const DEFAULT_DPI = 72; // one SVG pixel is one pixel of the image
const MOST_SCALE = 100;

export interface RenderSvgOptions {
  /** Pixels per SVG pixel; default 1. */
  readonly scale?: number;
}

/**
 * Renders a complete SVG document on white. Its text uses the machine's fonts.
 * @throws ConfigError for a scale below 1/72 or above 100
 */
export async function renderSvg(svg: string, { scale = 1 }: RenderSvgOptions = {}): Promise<RgbImage> {
  if (!(scale >= 1 / DEFAULT_DPI && scale <= MOST_SCALE)) {
    throw new ConfigError(`An SVG document cannot be scaled by ${scale}.`, {
      hint: `Take a number up to ${MOST_SCALE}.`,
    });
  }
  const sharp = await loadSharp();
  return toRgb(sharp(new TextEncoder().encode(svg), { density: DEFAULT_DPI * scale }));
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Text for an SVG element or attribute. Escapes markup and replaces characters that XML 1.0 does not allow by U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
