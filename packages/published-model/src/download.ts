/** Downloads a file of known size with progress; reads a file on disk at once. */

import { CheckpointError, errorMessage, readFileUrl, T2iError } from '@t2i/core';

/** How files are fetched, and who is told about progress. */
export interface DownloadOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly signal?: AbortSignal | undefined;
}

/** Statuses that may pass: another attempt makes sense. */
const PASSING = [408, 429, 500, 502, 503, 504];

/**
 * Fetches, and always revalidates the browser's cache.
 * @throws T2iError `ERR_FETCH` when the server does not respond or fails temporarily: worth another attempt
 * @throws CheckpointError when there is no such file
 */
export async function fetchFile(url: URL, { fetch, signal }: DownloadOptions): Promise<Response> {
  if (url.protocol === 'file:') return readFromDisk(url, signal);
  const response = await orFetchError(url, signal, () => fetch(url, { signal: signal ?? null, cache: 'no-cache' }));
  if (response.ok) return response;
  if (PASSING.includes(response.status)) throw fetchError(url, `the server responds with ${response.status}`);
  throw new CheckpointError(`${url.href} not found: the server responds with ${response.status}.`, {
    hint: 'Check the URL: it must point to a directory that t2i export wrote.',
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

/** A description has a few kilobytes; a URL may lead to anything, even to an endless stream. */
const MAX_TEXT_BYTES = 2 ** 20;

/**
 * The text of a small file.
 * @throws CheckpointError when more than a megabyte comes
 */
export async function downloadText(url: URL, options: DownloadOptions): Promise<string> {
  const response = await fetchFile(url, options);
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  await forEachPiece(url, response, options.signal, (piece) => {
    length += piece.length;
    if (length > MAX_TEXT_BYTES) {
      throw new CheckpointError(`${url.href} is not a model description: it has more than ${MAX_TEXT_BYTES} bytes.`, {
        hint: 'Check the URL: it must point to the model.json that t2i export wrote.',
      });
    }
    text += decoder.decode(piece, { stream: true });
  });
  return text + decoder.decode();
}

/**
 * The bytes of a file of `size` bytes. No more than these are read.
 * @param onBytes receives the number of bytes that have arrived since the last call
 * @throws CheckpointError when it has fewer or more, or more than there is memory for
 */
export async function downloadBytes(
  url: URL,
  size: number,
  { onBytes, ...options }: DownloadOptions & { readonly onBytes: (count: number) => void },
): Promise<Uint8Array> {
  const bytes = allocate(url, size);
  const response = await fetchFile(url, options);
  let length = 0;
  await forEachPiece(url, response, options.signal, (piece) => {
    if (length + piece.length > size) throw notAsLong(url, size, 'more come');
    bytes.set(piece, length);
    length += piece.length;
    onBytes(piece.length);
  });
  if (length < size) throw notAsLong(url, size, `${length} came`);
  return bytes;
}

/** Reads a body to its end, and cancels it after an error. */
async function forEachPiece(
  url: URL,
  response: Response,
  signal: AbortSignal | undefined,
  take: (piece: Uint8Array) => void,
): Promise<void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return; // an answer without a body, such as 204
  try {
    for (;;) {
      const { done, value } = await orFetchError(url, signal, () => reader.read());
      if (done) break;
      take(value);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function allocate(url: URL, size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    throw new CheckpointError(
      `${url.href} is too large: model.json says ${size} bytes, and there is no memory for them.`,
      {
        hint: 'Check the URL: it must point to a directory that t2i export wrote.',
        cause,
      },
    );
  }
}

function notAsLong(url: URL, size: number, found: string): CheckpointError {
  return new CheckpointError(`${url.href} is not what was published: model.json says ${size} bytes, ${found}.`, {
    hint: 'Copy all files of the model together, and compare sizes on the server.',
  });
}

function fetchError(url: URL, problem: string, cause?: unknown): T2iError {
  return new T2iError('ERR_FETCH', `Cannot fetch ${url.href}: ${problem}.`, {
    hint: 'Check the connection and the URL, and try again.',
    cause,
  });
}

/** An abort is rethrown unchanged; any other network failure is explained. */
async function orFetchError<T>(url: URL, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    signal?.throwIfAborted();
    throw fetchError(url, errorMessage(cause), cause);
  }
}
