/** Reads a file that comes with a package, in Node and browsers. */

import { CheckpointError, errorMessage, readFileUrl } from '@t2i/core';

/**
 * The bytes behind a `file:` URL (Node) or a URL that can be fetched.
 * @throws CheckpointError that names the URL when nothing can be read there
 */
export async function readUrl(url: URL, { hint, signal }: { hint: string; signal?: AbortSignal | undefined }) {
  try {
    return url.protocol === 'file:' ? await readFileUrl(url, { signal }) : await download(url, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new CheckpointError(`Cannot read ${url.href}: ${errorMessage(cause)}.`, { hint, cause });
  }
}

async function download(url: URL, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const response = await fetch(url, { signal: signal ?? null });
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
