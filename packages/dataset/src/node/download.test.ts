import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DatasetError } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { type DownloadOptions, downloadFile } from './download.ts';
import type { PrepareProgress } from './progress.ts';

const BODY = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7) % 251);
const MD5 = createHash('md5').update(BODY).digest('hex');

interface Server {
  /** The Range and If-Range headers of every request so far. */
  readonly requests: { range: string | undefined; ifRange: string | undefined }[];
  /** What the file is. Its ETag follows it. */
  body: Uint8Array;
  /** Bytes of each answer that are sent before the connection breaks; no entry: all, and it does not. */
  readonly breaks: number[];
  /** Called with the bytes that have arrived; breaks the connection when they are all that was sent. */
  arrived: (done: number) => void;
  /** Answers in place of the file, one a request. */
  readonly statuses: number[];
  ranges: boolean;
  /** Whether answers say how long they are. */
  lengths: boolean;
  /** Compressed, though nobody asked for it. */
  gzip: boolean;
  etags: boolean;
  type: string;
}

function answer(server: Server, request: IncomingMessage, response: ServerResponse): void {
  const { range, 'if-range': ifRange } = request.headers;
  server.requests.push({ range, ifRange: ifRange as string | undefined });
  const status = server.statuses.shift();
  if (status !== undefined) return void response.writeHead(status).end('no');
  const etag = `"${createHash('md5').update(server.body).digest('hex')}"`;
  const headers = { 'content-type': server.type, ...(server.etags && { etag }) };
  const wanted = server.ranges && (ifRange === undefined || ifRange === etag) ? /bytes=(\d+)-/.exec(range ?? '') : null;
  const start = wanted ? Number(wanted[1]) : 0;
  const total = server.body.length;
  if (start >= total) return void response.writeHead(416, { 'content-range': `bytes */${total}` }).end();
  const rest = server.body.subarray(start);
  response.writeHead(wanted ? 206 : 200, {
    ...headers,
    ...(server.lengths && { 'content-length': rest.length }),
    ...(server.gzip && { 'content-encoding': 'gzip' }),
    ...(wanted && { 'content-range': `bytes ${start}-${total - 1}/${total}` }),
  });
  const breakAfter = server.breaks.shift();
  if (breakAfter === undefined) return void response.end(rest);
  server.arrived = (done) => done >= start + breakAfter && response.destroy();
  response.write(rest.subarray(0, breakAfter));
}

interface Place {
  readonly server: Server;
  readonly path: string;
  download(options?: Partial<DownloadOptions>): Promise<void>;
}

async function withServer(use: (place: Place) => Promise<void>): Promise<void> {
  const server: Server = {
    requests: [],
    body: BODY,
    breaks: [],
    arrived: () => {},
    statuses: [],
    ranges: true,
    lengths: true,
    gzip: false,
    etags: true,
    type: 'application/gzip',
  };
  const http = createServer((request, response) => answer(server, request, response));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/photos.tgz`;
  try {
    await withTemporaryDirectory(async (directory) => {
      const path = join(directory, 'downloads', 'photos.tgz');
      const download: Place['download'] = (options) =>
        downloadFile({
          url,
          path,
          name: 'photos.tgz',
          retryDelay: 0,
          retries: 3,
          onProgress: ({ done }) => server.arrived(done),
          ...options,
        });
      await use({ server, path, download });
    });
  } finally {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  }
}

const holds = async (path: string, bytes: Uint8Array) => (await readFile(path)).equals(bytes);

describe('downloadFile', () => {
  it('downloads, with progress up to the last byte, and leaves only the file', async () => {
    await withServer(async ({ path, download }) => {
      const seen: PrepareProgress[] = [];
      await download({ md5: MD5, onProgress: (progress) => seen.push(progress) });
      expect(await holds(path, BODY)).toBe(true);
      expect(await readdir(join(path, '..'))).toEqual(['photos.tgz']);
      const done = seen.map((progress) => progress.done);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(seen.at(-1)).toEqual({ stage: 'download', name: 'photos.tgz', done: BODY.length, total: BODY.length });
    });
  });

  it('goes on where a broken connection stopped', async () => {
    await withServer(async ({ server, path, download }) => {
      server.breaks.push(70_000, 50_000);
      await download({ md5: MD5 });
      expect(await holds(path, BODY)).toBe(true);
      expect(server.requests).toHaveLength(3);
      expect(server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=70000-', 'bytes=120000-']);
    });
  });

  it('goes on in a later call after it was stopped', async () => {
    await withServer(async ({ server, path, download }) => {
      server.breaks.push(120_000);
      await expect(download({ retries: 0 })).rejects.toThrow(/Cannot download photos\.tgz from http/);
      await expect(stat(path)).rejects.toThrow(/ENOENT/);
      const { size } = await stat(`${path}.part`);
      expect(size).toBe(120_000);
      await download();
      expect(server.requests.at(-1)!.range).toBe('bytes=120000-');
      expect(await holds(path, BODY)).toBe(true);
    });
  });

  it('starts again when the file on the server has changed', async () => {
    await withServer(async ({ server, path, download }) => {
      server.breaks.push(120_000);
      await expect(download({ retries: 0 })).rejects.toThrow(DatasetError);
      server.body = BODY.map((value) => value ^ 1);
      await download();
      expect(await holds(path, server.body)).toBe(true);
    });
  });

  it('starts again when the server knows no ranges, or no versions and no checksum is known', async () => {
    await withServer(async ({ server, path, download }) => {
      server.ranges = false;
      server.breaks.push(120_000);
      await download();
      expect(await holds(path, BODY)).toBe(true);
    });
    await withServer(async ({ server, path, download }) => {
      server.etags = false;
      server.breaks.push(120_000);
      await download();
      expect(server.requests.map(({ range }) => range)).toEqual([undefined, undefined]);
      expect(await holds(path, BODY)).toBe(true);
    });
  });

  it('trusts the checksum where the server knows no versions', async () => {
    await withServer(async ({ server, path, download }) => {
      server.etags = false;
      server.breaks.push(120_000);
      await download({ md5: MD5 });
      expect(server.requests[1]!.range).toMatch(/^bytes=\d+-$/);
      expect(await holds(path, BODY)).toBe(true);
    });
  });

  it('completes a download whose part is already complete', async () => {
    await withServer(async ({ server, path, download }) => {
      server.breaks.push(120_000);
      await expect(download({ retries: 0 })).rejects.toThrow(DatasetError);
      await writeFile(`${path}.part`, BODY);
      await download();
      expect(server.requests.map(({ range }) => range)).toEqual([undefined, `bytes=${BODY.length}-`]);
      expect(await holds(path, BODY)).toBe(true);
    });
  });

  it('does not keep what fails its checksum', async () => {
    await withServer(async ({ server, path, download }) => {
      server.body = BODY.map((value) => value ^ 1);
      await expect(download({ md5: MD5 })).rejects.toThrow(/its MD5 is [0-9a-f]{32}, not the published/);
      await expect(stat(path)).rejects.toThrow(/ENOENT/);
      server.body = BODY;
      await download({ md5: MD5 });
      expect(await holds(path, BODY)).toBe(true);
    });
  });

  it('tries again after 500 and 429, not after 404', async () => {
    await withServer(async ({ server, path, download }) => {
      server.statuses.push(500, 429);
      await download();
      expect(await holds(path, BODY)).toBe(true);
    });
    await withServer(async ({ server, download }) => {
      server.statuses.push(404);
      await expect(download()).rejects.toThrow(/the server answered 404/);
      expect(server.requests).toHaveLength(1);
    });
  });

  it('refuses a web page in place of the file', async () => {
    await withServer(async ({ server, download }) => {
      server.type = 'text/html; charset=utf-8';
      await expect(download()).rejects.toThrow(/sent a web page instead of the file/);
      expect(server.requests).toHaveLength(1);
    });
  });

  it('stops a download that is too large, whether or not the server announces its size', async () => {
    await withServer(async ({ server, path, download }) => {
      await expect(download({ maxBytes: 150_000 })).rejects.toThrow(/it has 200000 bytes, more than 150000/);
      server.lengths = false;
      await expect(download({ maxBytes: 150_000 })).rejects.toThrow(/more than 150000 bytes came/);
      expect(server.requests).toHaveLength(2);
      expect((await stat(`${path}.part`)).size).toBe(0);
      await download({ maxBytes: 200_000 });
      expect(await holds(path, BODY)).toBe(true);
    });
  });

  it('does not let a few compressed bytes fill the disk', async () => {
    await withServer(async ({ server, path, download }) => {
      server.body = gzipSync(Buffer.alloc(2 ** 22));
      server.gzip = true;
      await expect(download()).rejects.toThrow(/more than \d{4} bytes came/);
      expect((await stat(`${path}.part`)).size).toBe(0);
    });
  });

  it('stops when told to, and keeps the part', async () => {
    await withServer(async ({ path, download }) => {
      const stop = new AbortController();
      await expect(download({ signal: stop.signal, onProgress: () => stop.abort() })).rejects.toThrow(/aborted/);
      expect(await readdir(join(path, '..'))).toContain('photos.tgz.part.json');
      await download();
      expect(await holds(path, BODY)).toBe(true);
    });
  });

  it('ignores invalid metadata of a partial download', async () => {
    await withServer(async ({ server, path, download }) => {
      server.breaks.push(120_000);
      await expect(download({ retries: 0 })).rejects.toThrow(DatasetError);
      await writeFile(`${path}.part.json`, '{"url":');
      await download();
      expect(await holds(path, BODY)).toBe(true);
    });
  });

  it('names the cause when nobody answers', async () => {
    await withServer(async ({ download }) => {
      const nobody = download({ url: 'http://127.0.0.1:1/x', retries: 1 });
      await expect(nobody).rejects.toThrow(
        /Cannot download photos\.tgz from http:\/\/127\.0\.0\.1:1\/x: fetch failed \(.+\)/,
      );
    });
  });
});
