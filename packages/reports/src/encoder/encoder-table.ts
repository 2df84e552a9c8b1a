/** The metrics of text encoders as a table: side by side, with chance and the published values. */

import { type EncoderReport, type PrecisionAt, RANKS } from '@t2i/text-encoder/training';
import { markdownTable, percent } from '../markdown-table.ts';

/** Reed et al. 2016 (arXiv 1605.05395), tables 1 and 2, DS-SJE. */
const PUBLISHED = { top1: 0.637, ap50: 0.573, bagOfWordsTop1: 0.577, bagOfWordsAp50: 0.573 };

/** One encoder of the table. */
export interface EncoderColumn {
  readonly title: string;
  readonly report: EncoderReport;
}

/** Rows are top-1 and the precisions; chance is the last column, or the last but one where there are published figures. */
export function encoderTable(columns: readonly EncoderColumn[]): string {
  const { chance, ...setting } = columns[0]!.report;
  const published = isPublished(setting);
  const row = (of: (report: Pick<EncoderReport, keyof EncoderReport['chance']>) => number) =>
    [...columns.map(({ report }) => report), chance].map((report) => percent(of(report)));
  const precisionRow = (name: string, of: 'precision' | 'captionPrecision', rank: keyof PrecisionAt) => [
    `${name}AP@${rank}`,
    ...row((report) => report[of][rank]),
  ];
  const rows = [
    ['zero-shot top-1', ...row(({ top1 }) => top1)],
    ...RANKS.map((rank) => precisionRow('', 'precision', rank)),
    ...RANKS.map((rank) => precisionRow('one caption: ', 'captionPrecision', rank)),
  ];
  const header = ['', ...columns.map(({ title }) => title), 'chance', ...(published ? ['published'] : [])];
  return markdownTable(header, published ? rows.map((row) => [...row, publishedCell(row[0]!)]) : rows);
}

/** How to compare with the published values; empty where there are none. */
export function publishedNote({ dataset, split, imageEncoder }: EncoderReport): string {
  if (!isPublished({ dataset, split })) return '';
  const bagOfWords = `${percent(PUBLISHED.bagOfWordsTop1)} and ${percent(PUBLISHED.bagOfWordsAp50)}`;
  return `
Published: Reed et al. 2016 (arXiv 1605.05395), tables 1 and 2, char-CNN-RNN, DS-SJE; their bag of words reaches ${bagOfWords}
(top-1, AP@50). **The two experiments differ in their images.** Theirs are features of a GoogLeNet with batch normalisation, trained on
ImageNet in Torch (soumith/imagenet-multiGPU.torch), whose weights are not available. These are of \`${imageEncoder}\`. BVLC's
GoogLeNet of the Caffe model zoo has local response normalisation instead of batch normalisation and another training recipe; it
takes bytes minus a mean colour. Its name lists the layers, the weighting of the centre and the image sizes; without them it is
\`pool5\` at 224 pixels, as theirs. Split, captions and protocol are the same.
`;
}

function isPublished({ dataset, split }: Pick<EncoderReport, 'dataset' | 'split'>): boolean {
  return dataset === 'oxford-102' && split === 'test';
}

function publishedCell(name: string): string {
  if (name === 'zero-shot top-1') return percent(PUBLISHED.top1);
  return name === 'AP@50' ? percent(PUBLISHED.ap50) : '';
}
