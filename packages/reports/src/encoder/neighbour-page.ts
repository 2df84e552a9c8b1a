/** A self-contained HTML page: each caption with the photos nearest to it. */

import { encodeImage, escapeXml } from '@t2i/image-node';
import type { NearestPhotos } from '@t2i/pipeline';
import { imageTag, PAGE_END, pageStart } from '../html-page.ts';

const STYLE = `div { display: flex; flex-wrap: wrap; gap: .6rem }
figure { margin: 0; width: 112px; font-size: 12px }
img { width: 112px; height: 112px; border-radius: 6px }`;

/** @param dataset name of the data set */
export async function neighbourPage(rows: readonly NearestPhotos[], dataset: string): Promise<string> {
  return `${pageStart({ title: 'Photos nearest to captions', width: '64rem', style: STYLE })}<p>From ${escapeXml(dataset)}; the number is the product of the caption's embedding and the photo's features.</p>
${(await Promise.all(rows.map(section))).join('\n')}
${PAGE_END}`;
}

async function section({ caption, photos }: NearestPhotos): Promise<string> {
  const figures = photos.map(async ({ image, score, className }) => {
    const tag = imageTag('webp', await encodeImage(image, { format: 'webp' }), className);
    return `<figure>${tag}<figcaption>${escapeXml(className)}<br>${score.toFixed(2)}</figcaption></figure>`;
  });
  return `<h2>${escapeXml(caption)}</h2>\n<div>${(await Promise.all(figures)).join('\n')}</div>`;
}
