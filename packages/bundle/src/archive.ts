/** A directory as one file, tar in brotli, and back: Node reads both without help. */

import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createBrotliDecompress } from 'node:zlib';
import { T2iError } from '@t2i/core';
import { hashFile, writeDirectoryAtomic } from '@t2i/core/node';
import { packTar, unpackTar } from 'modern-tar/fs';

/** Writes everything in `directory` to `file`. The effort is that of brotli, 0 … 11. */
export async function packArchive(directory: string, file: string, effort: number): Promise<void> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: effort,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
  };
  await pipeline(packTar(directory), createBrotliCompress({ params }), createWriteStream(file, { flags: 'wx' }));
}

/**
 * Unpacks `file` into `directory`, which is whole afterwards or not there.
 * @throws T2iError when the file is not the one that was packed, or the disk refuses
 */
export async function unpackArchive(file: string, sha256: string, directory: string): Promise<void> {
  if ((await hashFile(file)) !== sha256) {
    throw new T2iError('ERR_BUNDLE', `${file} is damaged: its hash is not the one in bundle.json.`, {
      hint: 'Copy the bundle again, all of it.',
    });
  }
  await writeDirectoryAtomic(directory, (temporary) =>
    pipeline(createReadStream(file), createBrotliDecompress(), unpackTar(temporary)),
  );
}

/** Makes `directory` unless it is there; that somebody else made it meanwhile is as good. */
export async function makeOnce(directory: string, make: () => Promise<unknown>): Promise<void> {
  if (existsSync(directory)) return;
  try {
    await make();
  } catch (error) {
    if (!existsSync(directory)) throw error;
  }
}
