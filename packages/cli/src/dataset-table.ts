/** What is in a data set, as lines of text. */

import type { DatasetInfo } from '@t2i/dataset';

export function datasetTable(info: DatasetInfo): string {
  const { images, captions, captionsPerImage, classes, imagesPerClass, splits, storedSize } = info;
  const range = ([least, most]: readonly [number, number]) => (least === most ? `${least}` : `${least}–${most}`);
  const rows = [
    ['name', info.name],
    ['images', `${images} of ${storedSize}×${storedSize} pixels`],
    ['captions', `${captions}, ${range(captionsPerImage)} per image, ${info.longCaptions} over 201 characters`],
    ['classes', `${classes} of ${range(imagesPerClass)} images`],
    ...Object.entries(splits).map(([name, split]) => [name, `${split.images} images of ${split.classes} classes`]),
    ['disjoint', info.classDisjoint ? 'no class is in two splits' : 'some classes are in several splits'],
    ['fingerprint', info.fingerprint],
  ];
  return rows.map(([name, value]) => `${name!.padEnd(12)} ${value}\n`).join('');
}
