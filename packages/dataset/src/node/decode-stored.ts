/** A photo in stored form: square, without its aspect ratio, like the authors' loader (`donkey_folder_txt.lua:69-98`). */

import { DatasetError, errorMessage, T2iError } from '@t2i/core';
import { type DecodeLimits, decodeImage } from '@t2i/image-node';

/**
 * RGB bytes [storedSize, storedSize, 3].
 * @throws DatasetError that names the image if it is damaged or too large
 */
export async function decodeStored(
  bytes: Uint8Array,
  storedSize: number,
  name: string,
  limits?: DecodeLimits,
): Promise<Uint8Array> {
  try {
    return (await decodeImage(bytes, { width: storedSize, height: storedSize }, limits)).data;
  } catch (cause) {
    if (!(T2iError.isInstance(cause) && cause.code === 'ERR_DATASET')) throw cause;
    throw new DatasetError(`${name}: ${errorMessage(cause)}`, { hint: cause.hint, cause });
  }
}
