/** The images of an evaluation, as files. */

import { join } from 'node:path';
import { writeFileAtomic } from '@t2i/core/node';
import { encodeImage, renderSvg } from '@t2i/image-node';
import type { Evaluation } from '@t2i/text-encoder/training';
import { confusionSvg } from './confusion-image.ts';
import { embeddingSvg } from './embedding-image.ts';
import { principalComponents } from './principal-components.ts';

/** Writes `confusion.png` and `embeddings.png` into the directory. */
export async function writeImages(directory: string, { report, labels, imageEmbeddings }: Evaluation): Promise<void> {
  const classNames = report.classes.map(({ name }) => name);
  const points = principalComponents(imageEmbeddings, imageEmbeddings.length / labels.length);
  const png = async (svg: string) => encodeImage(await renderSvg(svg, { scale: 2 }));
  await writeFileAtomic(join(directory, 'confusion.png'), await png(confusionSvg(report)));
  await writeFileAtomic(join(directory, 'embeddings.png'), await png(embeddingSvg({ points, labels, classNames })));
}
