/** A report on a text encoder as Markdown: its metrics, with those of a baseline, chance, and the published values. */

import type { EncoderReport } from '@t2i/text-encoder/training';
import { markdownTable, percent } from '../markdown-table.ts';
import { encoderTable, publishedNote } from './encoder-table.ts';

export interface EncoderReportPage {
  readonly report: EncoderReport;
  /** The report on a baseline that was trained by joint embedding as well. */
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

/** What was measured, and how. */
export function setting({ encoder, imageEncoder, dataset, split, images, captions, classes }: EncoderReport): string {
  return `\`${encoder}\` on the ${images} images and ${captions} captions of the ${classes.length} ${split} classes of ${dataset}.
Images are represented by features of \`${imageEncoder}\` of the whole image, a class by the mean embedding of its captions. Top-1
is the share of images whose own class scores highest, AP@k the share of right images among the k best for a class or a caption.`;
}

/** The images of a report. */
export const images = `![Confusion matrix of the classes](confusion.png)

![Embeddings of the images in two dimensions](embeddings.png)
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
