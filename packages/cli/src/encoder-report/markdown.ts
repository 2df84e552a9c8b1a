/** A report on a text encoder as Markdown: every figure beside the baseline's, chance, and the published ones. */

import { type EncoderReport, type PrecisionAt, RANKS } from '@t2i/text-encoder/training';

/** Reed et al. 2016 (arXiv 1605.05395), tables 1 and 2, DS-SJE: with another GoogLeNet (batch-normalised, trained in Torch) for the images. */
const PUBLISHED = { top1: 0.637, ap50: 0.573, bagOfWordsTop1: 0.577, bagOfWordsAp50: 0.573 };

export interface ReportPage {
  readonly report: EncoderReport;
  /** The same of a baseline trained with the same objective. */
  readonly baseline?: EncoderReport | undefined;
}

export function reportMarkdown({ report, baseline }: ReportPage): string {
  const { encoder, imageEncoder, dataset, split, images, captions, classes } = report;
  const published = dataset === 'oxford-102' && split === 'test';
  const header = ['', 'this encoder', ...(baseline ? ['baseline'] : []), 'chance', ...(published ? ['published'] : [])];
  const rows = [
    ['zero-shot top-1', top1(report), ...(baseline ? [top1(baseline)] : []), percent(report.chance.top1)],
    ...RANKS.map((rank) => row(`AP@${rank}`, report, baseline, rank, 'precision')),
    ...RANKS.map((rank) => row(`one caption: AP@${rank}`, report, baseline, rank, 'captionPrecision')),
  ].map(([name, ...cells]) => [name!, ...cells, ...(published ? [publishedCell(name!)] : [])]);
  return `# Text encoder

\`${encoder}\` on the ${images} images and ${captions} captions of the ${classes.length} ${split} classes of ${dataset}.
Images are features of \`${imageEncoder}\`, the whole picture. A class is the mean of the embeddings of all its captions.
${baseline ? `The baseline is \`${baseline.encoder}\`.\n` : ''}
${table(header, rows)}
${published ? PUBLISHED_NOTE : ''}
![Which classes were taken for which](confusion.png)

![The images by the mean of their captions](embeddings.png)

${table(
  ['class', 'images', 'recognised', 'AP@50'],
  classes.map(({ name, images, accuracy, precision }) => [
    name,
    `${images}`,
    percent(accuracy),
    percent(precision[50]),
  ]),
)}`;
}

const PUBLISHED_NOTE = `
The published figures (Reed et al. 2016, arXiv 1605.05395, char-CNN-RNN, DS-SJE; bag of words ${percent(PUBLISHED.bagOfWordsTop1)} and ${percent(PUBLISHED.bagOfWordsAp50)}) are of
features of another GoogLeNet, one with batch normalisation: the two experiments differ in their images.
`;

function row(
  name: string,
  report: EncoderReport,
  baseline: EncoderReport | undefined,
  rank: keyof PrecisionAt,
  of: 'precision' | 'captionPrecision',
): string[] {
  const figures = [report[of][rank], ...(baseline ? [baseline[of][rank]] : []), report.chance[of][rank]];
  return [name, ...figures.map(percent)];
}

function publishedCell(name: string): string {
  if (name === 'zero-shot top-1') return percent(PUBLISHED.top1);
  return name === 'AP@50' ? percent(PUBLISHED.ap50) : '';
}

const top1 = ({ top1: share }: EncoderReport) => percent(share);

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return line(header) + line(header.map((_, i) => (i === 0 ? '---' : '---:'))) + rows.map(line).join('');
}
