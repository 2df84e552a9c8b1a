import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { readFileUrl } from './read-file-url.ts';

let folder: string;
const inFolder = (name: string) => pathToFileURL(join(folder, name));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 't2i-url-'));
  await writeFile(join(folder, 'a b'), 'text');
});
afterEach(() => vi.unstubAllGlobals());
afterAll(() => rm(folder, { recursive: true, force: true }));

it('reads a file, and says what keeps it from that', async () => {
  expect(new TextDecoder().decode(await readFileUrl(inFolder('a b')))).toBe('text');
  await expect(readFileUrl(inFolder('none'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(readFileUrl(inFolder('a b'), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
});

it.skipIf(process.platform === 'win32')('reads no named pipe and no folder', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await expect(readFileUrl(inFolder('pipe'))).rejects.toThrow('pipe is no file');
  await expect(readFileUrl(inFolder('.'))).rejects.toThrow('is no file');
});

it('says that a browser has no files', async () => {
  vi.stubGlobal('process', undefined);
  await expect(readFileUrl(inFolder('a b'))).rejects.toThrow('files can only be read in Node 20.16 or later');
});
