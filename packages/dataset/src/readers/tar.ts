/** The files of a tar archive one after another, from a stream: nothing is written to disk, nothing larger than one file is held. */

import { DatasetError, errorMessage } from '@t2i/core';
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';

export interface TarFile {
  /** Relative, with forward slashes, without `.` and `..`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface ReadTarOptions {
  /** Which files to read; the others are passed over. */
  readonly accept: (path: string) => boolean;
  /** A file that is read may have so many bytes. */
  readonly maxFileBytes: number;
  /** Names the archive in errors. */
  readonly what?: string | undefined;
}

/**
 * Yields the regular files that `accept` wants. Links and devices are passed over.
 * @param stream the archive, decompressed
 * @throws DatasetError for a damaged or truncated archive, a path that leads out of it, or a file that is too large
 */
export async function* readTar(
  stream: ReadableStream<Uint8Array>,
  { accept, maxFileBytes, what = 'archive' }: ReadTarOptions,
): AsyncGenerator<TarFile> {
  // strict: a wrong checksum and a missing end are errors, not a shorter archive
  const entries = stream.pipeThrough(createTarDecoder({ strict: true })).getReader();
  try {
    for (;;) {
      const { done, value: entry } = await entries.read().catch((cause: unknown) => damaged(what, cause));
      if (done) break;
      const path = safePath(entry.header.name, what);
      if (entry.header.type !== 'file' || !accept(path)) {
        await entry.body.cancel().catch((cause: unknown) => damaged(what, cause));
        continue;
      }
      if (entry.header.size > maxFileBytes) {
        throw new DatasetError(`${path} in the ${what} has ${entry.header.size} bytes, more than ${maxFileBytes}.`);
      }
      yield { path, bytes: await readBody(entry).catch((cause: unknown) => damaged(what, cause)) };
    }
  } finally {
    await entries.cancel().catch(() => {}); // the archive may be in error already, and that error is on its way
  }
}

/** `jpg/a.jpg` from `./jpg/a.jpg`. Refuses what would lead out of the folder the archive was unpacked to. */
function safePath(name: string, what: string): string {
  const parts = name.split('/').filter((part) => part !== '.' && part !== '');
  if (name.startsWith('/') || /[\\:\0]/.test(name) || parts.includes('..')) {
    throw new DatasetError(`The ${what} holds the path ${JSON.stringify(name)}, which leads out of it.`, {
      hint: 'It is not the archive it should be: download it again from a source you trust.',
    });
  }
  return parts.join('/');
}

async function readBody({ header, body }: ParsedTarEntry): Promise<Uint8Array> {
  const bytes = new Uint8Array(header.size);
  const reader = body.getReader();
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes.set(value, length);
    length += value.length;
  }
  if (length !== bytes.length) throw new Error(`${header.name} ends after ${length} of ${bytes.length} bytes`);
  return bytes;
}

function damaged(what: string, cause: unknown): never {
  throw new DatasetError(`The ${what} is damaged: ${errorMessage(cause)}.`, {
    hint: 'Copy or download it again.',
    cause,
  });
}
