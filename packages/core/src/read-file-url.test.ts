import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { readFileUrl } from './read-file-url.ts';

let directory: string;
const inDirectory = (name: string) => pathToFileURL(join(directory, name));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 't2i-url-'));
  await writeFile(join(directory, 'a b'), 'text');
});
afterEach(() => vi.unstubAllGlobals());
afterAll(() => rm(directory, { recursive: true, force: true }));

it('reads a file, and says what keeps it from that', async () => {
  expect(new TextDecoder().decode(await readFileUrl(inDirectory('a b')))).toBe('text');
  await expect(readFileUrl(inDirectory('none'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(readFileUrl(inDirectory('a b'), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
});

it.skipIf(process.platform === 'win32')('reads no named pipe and no directory', async () => {
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  await expect(readFileUrl(inDirectory('pipe'))).rejects.toThrow('pipe is no file');
  await expect(readFileUrl(inDirectory('.'))).rejects.toThrow('is no file');
});

it('says that a browser has no files', async () => {
  vi.stubGlobal('process', undefined);
  await expect(readFileUrl(inDirectory('a b'))).rejects.toThrow('files can only be read in Node 20.16 or later');
});
