/** Checks that every data set must pass, wherever its items are stored. */

import type { SplitName } from '@t2i/core';
import { DatasetError } from '@t2i/core';

/** The three splits in the order in which they are listed and printed. */
export const SPLIT_NAMES: readonly SplitName[] = ['train', 'val', 'test'];

export interface DatasetParts {
  readonly name: string;
  readonly storedSize: number;
  readonly classNames: readonly string[];
  readonly labels: Int32Array;
  readonly splits: Readonly<Record<SplitName, Int32Array>>;
}

/**
 * Checks labels and splits: each item has a class; split members are ascending, exist, and are in one split only.
 * @throws DatasetError that names the first item that breaks a rule
 */
export function checkDatasetParts({ name, storedSize, classNames, labels, splits }: DatasetParts): void {
  const fail = (problem: string): never => {
    throw new DatasetError(`The data set "${name}" is inconsistent: ${problem}.`);
  };
  if (!Number.isInteger(storedSize) || storedSize < 1) fail(`its stored size is ${storedSize}`);
  labels.forEach((label, item) => {
    if (label < 0 || label >= classNames.length) fail(`item ${item} has class ${label} of ${classNames.length}`);
  });
  const owner = new Map<number, SplitName>();
  for (const split of SPLIT_NAMES) {
    let previous = -1;
    for (const item of splits[split]) {
      if (item >= labels.length) fail(`split "${split}" names item ${item} of ${labels.length}`);
      if (item <= previous) fail(`split "${split}" is not ascending at item ${item}`);
      const other = owner.get(item);
      if (other !== undefined) fail(`item ${item} is in the splits "${other}" and "${split}"`);
      owner.set(item, split);
      previous = item;
    }
  }
}
