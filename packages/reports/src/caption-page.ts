/** A self-contained HTML page in pieces: each caption with its images. */

import { escapeXml } from '@t2i/image-node';
import { imageTag, PAGE_END, pageStart } from './html-page.ts';

export interface CaptionRow {
  readonly caption: string;
  /** PNG files. */
  readonly images: readonly Uint8Array[];
}

const STYLE = `figure { margin: 0 0 1.5rem }
img { width: 96px; height: 96px; margin: .3rem .3rem 0 0; border-radius: 6px; image-rendering: pixelated }`;

/** Yields a piece for the start of the page, one for each row, and one for the end: no more than one row is in memory. */
export async function* captionPage(
  rows: AsyncIterable<CaptionRow>,
  { run, seed }: { run: string; seed: number },
): AsyncGenerator<string> {
  yield `${pageStart({ title: 'Generated from captions', width: '60rem', style: STYLE })}<p>${escapeXml(run)}, seed ${seed}</p>\n`;
  for await (const { caption, images } of rows) {
    const tags = images.map((png) => imageTag('png', png));
    yield `<figure>\n<figcaption>${escapeXml(caption)}</figcaption>\n${tags.join('\n')}\n</figure>\n`;
  }
  yield PAGE_END;
}
