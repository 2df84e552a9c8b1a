/** A self-contained HTML page: each caption with the photos nearest to it. */

import { escapeXml } from '@t2i/image-node';

export interface NeighbourRow {
  readonly caption: string;
  /** Best first. */
  readonly photos: readonly { readonly webp: Uint8Array; readonly score: number; readonly className: string }[];
}

export function neighbourPage(rows: readonly NeighbourRow[], dataset: string): string {
  const sections = rows.map(({ caption, photos }) => {
    const figures = photos.map(({ webp, score, className }) => {
      const source = `data:image/webp;base64,${Buffer.from(webp).toString('base64')}`;
      const label = escapeXml(className);
      return `<figure><img alt="${label}" src="${source}"><figcaption>${label}<br>${score.toFixed(2)}</figcaption></figure>`;
    });
    return `<h2>${escapeXml(caption)}</h2>\n<div>${figures.join('\n')}</div>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Photos nearest to captions</title>
<style>
body { font: 16px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color-scheme: light dark }
div { display: flex; flex-wrap: wrap; gap: .6rem }
figure { margin: 0; width: 112px; font-size: 12px }
img { width: 112px; height: 112px; border-radius: 6px }
</style>
<h1>Photos nearest to captions</h1>
<p>Of ${escapeXml(dataset)}; the number is the product of the caption's embedding and the photo's features.</p>
${sections.join('\n')}
</html>
`;
}
