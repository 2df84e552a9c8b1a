/** `items.tsv` of a packed data set: one line per item, readable by people and other programs. */

import type { SplitName } from '@t2i/core';
import { DatasetError } from '@t2i/core';
import { SPLIT_NAMES } from './check-parts.ts';

/** The data of an item in a packed data set, apart from its pixels and captions. */
export interface ItemRecord {
  /** Class index. */
  readonly label: number;
  /** `undefined` if it is in no split. */
  readonly split: SplitName | undefined;
  readonly captionCount: number;
  /** Path of the image in the source. */
  readonly image: string;
  /** Path of the source file of its captions. Stored with `image` so that the pairing can be checked later. */
  readonly captionFile: string;
}

const HEADER = 'class\tsplit\tcaptions\timage\tcaption_file';
const NO_SPLIT = '-';

/** @throws DatasetError for a path with a control character, which a text line cannot contain */
export function formatItems(items: readonly ItemRecord[]): string {
  const lines = items.map(({ label, split, captionCount, image, captionFile }) => {
    for (const path of [image, captionFile]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      if (/[\u0000-\u001f\u007f]/.test(path)) {
        throw new DatasetError(`The file name ${JSON.stringify(path)} holds a control character.`, {
          hint: 'Rename the file.',
        });
      }
    }
    return [label, split ?? NO_SPLIT, captionCount, image, captionFile].join('\t');
  });
  return `${[HEADER, ...lines].join('\n')}\n`;
}

/** @throws DatasetError that names the first invalid line */
export function parseItems(text: string, where: string): ItemRecord[] {
  const [header, ...lines] = text.split('\n');
  const last = lines.pop();
  if (header !== HEADER || last !== '')
    throw new DatasetError(`The item list of ${where} is damaged: the list is incomplete.`);
  return lines.map((line, i) => {
    const [label, split, captionCount, image, captionFile, ...rest] = line.split('\t');
    const known = split === NO_SPLIT || SPLIT_NAMES.includes(split as SplitName);
    const whole = captionFile !== undefined && rest.length === 0 && /^\d+$/.test(label!) && /^\d+$/.test(captionCount!);
    if (!known || !whole) throw new DatasetError(`The item list of ${where} is damaged at line ${i + 2}.`);
    return {
      label: Number(label),
      split: split === NO_SPLIT ? undefined : (split as SplitName),
      captionCount: Number(captionCount),
      image: image!,
      captionFile,
    };
  });
}

/** The item numbers of each split, ascending. */
export function splitsOf(items: readonly ItemRecord[]): Record<SplitName, Int32Array> {
  const members = (name: SplitName) =>
    Int32Array.from(items.flatMap(({ split }, item) => (split === name ? [item] : [])));
  return { train: members('train'), val: members('val'), test: members('test') };
}
