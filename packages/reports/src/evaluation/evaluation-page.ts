/** An evaluation as a self-contained HTML page: metrics, and generated images next to photos. */

import type { RgbImage } from '@t2i/core';
import { encodeImage, escapeXml } from '@t2i/image-node';
import type { EvaluationExample, RunEvaluation } from '@t2i/pipeline';
import { imageTag, PAGE_END, pageStart } from '../html-page.ts';
import { NOTES, paragraphsOf } from './evaluation-markdown.ts';
import { metricTable } from './metric-table.ts';

const STYLE = `table { border-collapse: collapse; font-size: 14px; display: block; overflow-x: auto }
th, td { padding: .3rem .6rem; text-align: right; white-space: nowrap; border-bottom: 1px solid #8884; font-variant-numeric: tabular-nums }
th:first-child, td:first-child { text-align: left }
img { width: 96px; height: 96px; border-radius: 6px; image-rendering: pixelated; display: block }
.images th, .images td { text-align: left; font-size: 13px; vertical-align: top; white-space: normal }`;

export async function evaluationPage({ report, images }: RunEvaluation): Promise<string> {
  const { header, rows } = metricTable(report);
  const examples = await Promise.all(images.examples.map(exampleRow));
  const grid = await Promise.all(
    images.grid.map(async ({ caption, images }) =>
      row([escapeXml(caption), ...(await Promise.all(images.map(image)))]),
    ),
  );
  return `${pageStart({ title: 'Evaluation', width: '76rem', style: STYLE })}${paragraphsOf(report)
    .map((text) => `<p>${escapeXml(text).replace(/`([^`]+)`/g, '<code>$1</code>')}</p>`)
    .join('\n')}
<table>
${row(header.map(escapeXml), 'th')}
${rows.map((cells) => row(cells.map(escapeXml))).join('\n')}
</table>
<ul>
${NOTES.map((note) => `<li>${escapeXml(note)}</li>`).join('\n')}
</ul>
<h2>${report.heldOut === false ? 'Captions of training photos' : 'Captions of test photos'}</h2>
<table class="images">
${row(['caption', 'generated', 'untrained', 'photo of the caption', 'nearest training photo'], 'th')}
${examples.join('\n')}
</table>
<h2>The same noise in each column</h2>
<table class="images">
${grid.join('\n')}
</table>
${PAGE_END}`;
}

async function exampleRow({
  caption,
  trainedOn,
  className,
  generated,
  untrained,
  photo,
  nearest,
}: EvaluationExample): Promise<string> {
  const near = `${await image(nearest.photo)}${escapeXml(nearest.className)}, ${nearest.distance.toFixed(1)} away`;
  const cells = [await image(generated), await image(untrained), `${await image(photo)}${escapeXml(className)}`, near];
  return row([`${escapeXml(caption)}${trainedOn ? '<br><em>trained on</em>' : ''}`, ...cells]);
}

function row(cells: readonly string[], tag = 'td'): string {
  return `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
}

async function image(image: RgbImage): Promise<string> {
  return imageTag('png', await encodeImage(image));
}
