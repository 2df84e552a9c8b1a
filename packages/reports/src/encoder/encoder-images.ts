/** The images of an evaluation of a text encoder. */

import { encodeImage, renderSvg } from '@t2i/image-node';
import type { Evaluation } from '@t2i/text-encoder/training';
import { confusionSvg } from './confusion-image.ts';
import { embeddingSvg } from './embedding-image.ts';
import { principalComponents } from './principal-components.ts';

/** Renders `confusion.png` and `embeddings.png`: PNG files by their names. */
export async function encoderImages({
  report,
  labels,
  imageEmbeddings,
}: Pick<Evaluation, 'report' | 'labels' | 'imageEmbeddings'>): Promise<Readonly<Record<string, Uint8Array>>> {
  const classNames = report.classes.map(({ name }) => name);
  const points = principalComponents(imageEmbeddings, imageEmbeddings.length / labels.length);
  const png = async (svg: string) => encodeImage(await renderSvg(svg, { scale: 2 }));
  return {
    'confusion.png': await png(confusionSvg(report)),
    'embeddings.png': await png(embeddingSvg({ points, labels, classNames })),
  };
}
