/** Resumable downloads: HTTP ranges, a check that the file has not changed, a checksum. */

import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { setTimeout } from 'node:timers/promises';
import { DatasetError, errorMessage, T2iError } from '@t2i/core';
import { hashFile, writeError } from '@t2i/core/node';
import type { OnProgress } from './progress.ts';

export interface DownloadOptions {
  readonly url: string;
  /** The finished file. An incomplete file is called `<path>.part`. */
  readonly path: string;
  /** Name of the file in progress reports and errors. */
  readonly name: string;
  /** Hexadecimal MD5 of the file if it is published. */
  readonly md5?: string | undefined;
  /** Most bytes to write to the disk. Default 4 GiB. */
  readonly maxBytes?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Attempts after the first one. Each resumes where the previous one stopped. Default 4. */
  readonly retries?: number | undefined;
  /** Pause before the first retry in milliseconds; doubled for each further one. Default 1000. */
  readonly retryDelay?: number | undefined;
}

/**
 * Downloads one file. Resumes from the `<path>.part` of an earlier call.
 * @throws DatasetError if the server refuses, sends a web page instead of a file, or the checksum differs
 */
export async function downloadFile(options: DownloadOptions): Promise<void> {
  const { path, retries = 4, retryDelay = 1000, signal } = options;
  await mkdir(dirname(path), { recursive: true });
  for (let attempt = 0; ; attempt++) {
    try {
      await continueDownload(options);
      break;
    } catch (cause) {
      signal?.throwIfAborted();
      if (T2iError.isInstance(cause)) throw cause;
      if (attempt === retries) throw downloadError(options, reason(cause), cause);
      await setTimeout(retryDelay * 2 ** attempt, undefined, { ...(signal && { signal }) });
    }
  }
  await checkSum(options);
  await rename(`${path}.part`, path);
  await rm(`${path}.part.json`, { force: true });
}

/** The known properties of the complete file of a `.part`. */
interface PartInfo {
  readonly url: string;
  /** The server's identifier of this version of the file: a strong ETag, otherwise its date. */
  readonly version: string | undefined;
}

/** One request for the whole file or the rest of it. Errors other than a `T2iError` can be retried. */
async function continueDownload(options: DownloadOptions): Promise<void> {
  const { url, path, signal } = options;
  const have = await resumePoint(options);
  const response = await fetch(url, {
    // a compressed transfer would change the meaning of byte positions
    headers: { 'accept-encoding': 'identity', ...have.headers },
    ...(signal && { signal }),
  });
  if (response.status === 416 && have.offset > 0) {
    if (response.headers.get('content-range') === `bytes */${have.offset}`) return; // it was already complete
    await rm(`${path}.part`, { force: true });
    throw new Error('the server no longer has the rest of the file');
  }
  assertFile(response, options);
  const start = response.status === 206 ? rangeStart(response) : 0;
  if (start !== 0 && start !== have.offset) throw new Error(`the server sent bytes from ${start}, not ${have.offset}`);
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const total = Number.isNaN(length) ? undefined : start + length;
  const info: PartInfo = { url, version: versionOf(response) };
  await writeFile(`${path}.part.json`, JSON.stringify(info));
  await save(response, start, total, options);
}

/** The bytes that exist already, and the request for the rest. It starts over unless it can ask the server for the same version. */
async function resumePoint({
  url,
  path,
  md5,
}: DownloadOptions): Promise<{ offset: number; headers: Record<string, string> }> {
  const offset = await stat(`${path}.part`).then(
    ({ size }) => size,
    () => 0,
  );
  const info = await readFile(`${path}.part.json`, 'utf8')
    .then((text) => JSON.parse(text) as PartInfo)
    .catch(() => undefined); // missing or half-written: the part is unknown, so it is not used
  // without a version the rest may belong to another file, which only a checksum would show
  const resumable = offset > 0 && info?.url === url && (info.version !== undefined || md5 !== undefined);
  if (!resumable) return { offset: 0, headers: {} };
  const headers: Record<string, string> = { range: `bytes=${offset}-` };
  if (info.version !== undefined) headers['if-range'] = info.version;
  return { offset, headers };
}

function assertFile(response: Response, options: DownloadOptions): void {
  const { status, headers } = response;
  if (status >= 500 || status === 408 || status === 429) throw new Error(`the server answered ${status}`);
  if (!response.ok) throw downloadError(options, `the server answered ${status}`);
  if (headers.get('content-type')?.startsWith('text/html')) {
    throw downloadError(options, 'the server sent a web page instead of the file (a sign-in or a confirmation?)');
  }
}

function rangeStart({ headers }: Response): number {
  const match = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '');
  if (match === null) throw new Error('the server sent a part without saying which');
  return Number(match[1]);
}

function versionOf({ headers }: Response): string | undefined {
  const etag = headers.get('etag');
  return etag !== null && !etag.startsWith('W/') ? etag : (headers.get('last-modified') ?? undefined);
}

/** Ten times the largest file here. */
const MAX_BYTES = 4 * 2 ** 30;

/** Writes each piece before it requests the next, so that a broken connection loses nothing that has arrived. */
async function save(
  response: Response,
  start: number,
  total: number | undefined,
  options: DownloadOptions,
): Promise<void> {
  const { path, name, maxBytes = MAX_BYTES, onProgress } = options;
  const mostBytes = total === undefined ? maxBytes : Math.min(total, maxBytes);
  if (total !== undefined && total > maxBytes)
    throw downloadError(options, `it has ${total} bytes, more than ${maxBytes}`);
  let done = start;
  const file = await open(`${path}.part`, start === 0 ? 'w' : 'a');
  try {
    for await (const chunk of response.body as WebStream<Uint8Array>) {
      if (done + chunk.length > mostBytes) {
        // the server never ends, or it compressed the content despite the request; neither can be resumed
        await file.truncate(0);
        throw downloadError(options, `more than ${mostBytes} bytes came`);
      }
      await file.writeFile(chunk).catch((cause: unknown) => {
        throw writeError(`${path}.part`, cause);
      });
      done += chunk.length;
      onProgress?.({ stage: 'download', name, done, total });
    }
  } finally {
    await file.close();
  }
  if (total !== undefined && done !== total) throw new Error(`the connection ended after ${done} of ${total} bytes`);
}

async function checkSum(options: DownloadOptions): Promise<void> {
  const { path, md5 } = options;
  if (md5 === undefined) return;
  const found = await hashFile(`${path}.part`, { algorithm: 'md5' });
  if (found === md5) return;
  // the file is wrong from some unknown byte on, so the next attempt must not resume from it
  await rm(`${path}.part`, { force: true });
  throw downloadError(options, `its MD5 is ${found}, not the published ${md5}`);
}

/** `fetch` hides the reason of a failure in the cause. */
function reason(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error ? `${errorMessage(error)} (${cause.message})` : errorMessage(error);
}

function downloadError({ name, url }: DownloadOptions, problem: string, cause?: unknown): DatasetError {
  return new DatasetError(`Cannot download ${name} from ${url}: ${problem}.`, {
    hint: 'Run the same command again to continue, or download the file by hand and name its directory with --from.',
    cause,
  });
}
