/** Reads pickles of plain data and NumPy arrays, such as the caption embeddings of StackGAN. */

import type { NamedTensor } from '@t2i/core';
import { formatError } from '../format-error.ts';
import { MalformedError } from '../malformed-error.ts';
import { PickledArray, PYTHON_GLOBALS } from './python-globals.ts';
import { unpickle } from './unpickle.ts';

/**
 * The value of a pickle of protocol 0 to 5: dictionaries are maps, lists and tuples arrays, NumPy arrays `PickledArray`.
 * @throws FormatError if the pickle is damaged, or names a class or function that is not plain data
 */
export function readPickle(bytes: Uint8Array, what = 'pickle'): unknown {
  try {
    return unpickle(bytes, { globals: PYTHON_GLOBALS }).value;
  } catch (cause) {
    throw formatError(what, cause);
  }
}

/**
 * Reads a pickled list of arrays. StackGAN's `char-CNN-RNN-embeddings.pickle` has one array per image, [captions, dimensions].
 * @throws FormatError if the pickle is damaged, or is not a list of arrays
 */
export function readPickledArrays(bytes: Uint8Array, what = 'pickle'): NamedTensor[] {
  const value = readPickle(bytes, what);
  try {
    if (!Array.isArray(value) || !value.every((item) => item instanceof PickledArray)) {
      throw new MalformedError('it does not hold a list of NumPy arrays');
    }
    return value.map(({ tensor }) => tensor);
  } catch (cause) {
    throw formatError(what, cause);
  }
}
