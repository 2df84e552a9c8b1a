/** A self-contained HTML page in pieces: each caption with its images. */

export interface CaptionRow {
  readonly caption: string;
  /** PNG files. */
  readonly images: readonly Uint8Array[];
}

/** One piece for each row, before and after them what holds the page together: no more than a row is held. */
export async function* captionPage(
  rows: AsyncIterable<CaptionRow>,
  { run, seed }: { run: string; seed: number },
): AsyncGenerator<string> {
  yield `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Drawn from captions</title>
<style>
body { font: 16px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color-scheme: light dark }
figure { margin: 0 0 1.5rem }
img { width: 96px; height: 96px; margin: .3rem .3rem 0 0; border-radius: 6px; image-rendering: pixelated }
</style>
<h1>Drawn from captions</h1>
<p>${escapeHtml(run)}, seed ${seed}</p>
`;
  for await (const row of rows) yield figure(row);
  yield '</html>\n';
}

function figure({ caption, images }: CaptionRow): string {
  const tags = images.map((png) => `<img alt="" src="data:image/png;base64,${Buffer.from(png).toString('base64')}">`);
  return `<figure>\n<figcaption>${escapeHtml(caption)}</figcaption>\n${tags.join('\n')}\n</figure>\n`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}
