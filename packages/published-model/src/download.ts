/** Fetches a file of known size, heard of piece by piece; a file on disk as one. */

import { CheckpointError, errorMessage, readFileUrl, T2iError } from '@t2i/core';

/** How files are fetched, and who hears of it. */
export interface DownloadOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly signal?: AbortSignal | undefined;
}

/** Statuses that another attempt may change. */
const PASSING = [408, 429, 500, 502, 503, 504];

/**
 * Fetches, always asking the server whether what the browser holds is still right.
 * @throws T2iError `ERR_FETCH` when nobody answers or the server is in trouble: worth another attempt
 * @throws CheckpointError when there is no such file
 */
export async function fetchFile(url: URL, { fetch, signal }: DownloadOptions): Promise<Response> {
  if (url.protocol === 'file:') return readFromDisk(url, signal);
  const response = await orFetchError(url, signal, () => fetch(url, { signal: signal ?? null, cache: 'no-cache' }));
  if (response.ok) return response;
  if (PASSING.includes(response.status)) throw fetchError(url, `the server answers ${response.status}`);
  throw new CheckpointError(`There is no ${url.href}: the server answers ${response.status}.`, {
    hint: 'Check the address: it must lead to a folder that t2i export wrote.',
  });
}

async function readFromDisk(url: URL, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return new Response((await readFileUrl(url, { signal })) as Uint8Array<ArrayBuffer>);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new CheckpointError(`Cannot read ${url.href}: ${errorMessage(cause)}.`, {
      hint: 'Copy all files of the model together, or install the package that has them again.',
      cause,
    });
  }
}

/** The text of a small file. */
export async function downloadText(url: URL, options: DownloadOptions): Promise<string> {
  const response = await fetchFile(url, options);
  return orFetchError(url, options.signal, () => response.text());
}

/**
 * The bytes of a file of `size` bytes. No more than these are read.
 * @param onBytes hears how many more have come
 * @throws CheckpointError when it has fewer or more
 */
export async function downloadBytes(
  url: URL,
  size: number,
  { onBytes, ...options }: DownloadOptions & { readonly onBytes: (count: number) => void },
): Promise<Uint8Array> {
  const response = await fetchFile(url, options);
  const bytes = new Uint8Array(size);
  let length = 0;
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const { done, value } = await orFetchError(url, options.signal, () => reader.read());
      if (done) break;
      if (length + value.length > size) throw notAsLong(url, size, 'more come');
      bytes.set(value, length);
      length += value.length;
      onBytes(value.length);
    }
  } finally {
    reader.cancel().catch(() => {}); // what is left after an error need not come
  }
  if (length < size) throw notAsLong(url, size, `${length} came`);
  return bytes;
}

function notAsLong(url: URL, size: number, found: string): CheckpointError {
  return new CheckpointError(`${url.href} is not what was published: model.json says ${size} bytes, ${found}.`, {
    hint: 'Copy all files of the model together, and compare sizes on the server.',
  });
}

function fetchError(url: URL, problem: string, cause?: unknown): T2iError {
  return new T2iError('ERR_FETCH', `Cannot fetch ${url.href}: ${problem}.`, {
    hint: 'Check the connection and the address, and try again.',
    cause,
  });
}

/** An abort stays what it is; any other failure of the network gets words. */
async function orFetchError<T>(url: URL, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    signal?.throwIfAborted();
    throw fetchError(url, errorMessage(cause), cause);
  }
}
