/** A report on a text encoder as Markdown: its metrics, with those of a baseline, chance, and the published values. */

import type { EncoderReport } from '@t2i/text-encoder/training';
import { markdownTable, percent } from '../markdown-table.ts';
import { encoderTable, publishedNote } from './encoder-table.ts';

export interface EncoderReportPage {
  readonly report: EncoderReport;
  /** The same of a baseline, trained by joint embedding too. */
  readonly baseline?: EncoderReport | undefined;
}

export function encoderMarkdown({ report, baseline }: EncoderReportPage): string {
  const columns = [
    { title: 'this encoder', report },
    ...(baseline === undefined ? [] : [{ title: 'baseline', report: baseline }]),
  ];
  return `# Text encoder

${setting(report)}
${baseline ? `The baseline is \`${baseline.encoder}\`.\n` : ''}
${encoderTable(columns)}${publishedNote(report)}
${images}
${classTable(report)}`;
}

/** What was measured on what. */
export function setting({ encoder, imageEncoder, dataset, split, images, captions, classes }: EncoderReport): string {
  return `\`${encoder}\` on the ${images} images and ${captions} captions of the ${classes.length} ${split} classes of ${dataset}.
Images are features of \`${imageEncoder}\`, the whole image. A class is the mean of the embeddings of all its captions. Top-1 is
the share of images whose own class scores highest; AP@k the share of right images among the k best for a class, or for one caption.`;
}

/** The images that stand beside a report. */
export const images = `![Which classes were taken for which](confusion.png)

![The images by the mean of their captions](embeddings.png)
`;

function classTable({ classes }: EncoderReport): string {
  return markdownTable(
    ['class', 'images', 'recognised', 'AP@50'],
    classes.map(({ name, images, accuracy, precision }) => [
      name,
      `${images}`,
      percent(accuracy),
      percent(precision[50]),
    ]),
  );
}
