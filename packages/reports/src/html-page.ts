/** What self-contained HTML pages share. */

import { escapeXml } from '@t2i/image-node';

/** Everything before the content of a page: end it with {@link PAGE_END}. */
export function pageStart({ title, width, style }: { title: string; width: `${number}rem`; style: string }): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeXml(title)}</title>
<style>
body { font: 16px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: ${width}; padding: 0 1rem; color-scheme: light dark }
${style}
</style>
<h1>${escapeXml(title)}</h1>
`;
}

export const PAGE_END = '</html>\n';

/** An image inside the page. */
export function imageTag(type: 'png' | 'webp', bytes: Uint8Array, alt = ''): string {
  return `<img alt="${escapeXml(alt)}" src="data:image/${type};base64,${Buffer.from(bytes).toString('base64')}">`;
}
