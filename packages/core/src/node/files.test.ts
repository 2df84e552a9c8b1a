import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { T2iError } from '../errors.ts';
import {
  copyDirectory,
  readFileOf,
  readJsonFile,
  writeDirectoryAtomic,
  writeFileAtomic,
  writeJsonFile,
  writeNewFile,
} from './files.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 't2i-files-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('writeFileAtomic', () => {
  it('makes directories, writes chunks in order, replaces, and leaves nothing beside', async () => {
    const path = join(directory, 'a/b/file.bin');
    await writeFileAtomic(path, 'first');
    await writeFileAtomic(path, [Uint8Array.of(1, 2), Uint8Array.of(3)]);
    expect([...(await readFile(path))]).toEqual([1, 2, 3]);
    expect(await readdir(join(directory, 'a/b'))).toEqual(['file.bin']);
  });

  it('keeps the old file when writing fails half-way', async () => {
    const path = join(directory, 'file');
    await writeFileAtomic(path, 'old');
    const chunks = [Uint8Array.of(1), { not: 'bytes' } as unknown as Uint8Array];
    await expect(writeFileAtomic(path, chunks)).rejects.toThrow(T2iError);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(directory)).toEqual(['file']);
  });

  it('asks for a chunk once the one before is written, and keeps the old file when there is no next one', async () => {
    const path = join(directory, 'file');
    const sizes: number[] = [];
    async function* chunks(last: Error | undefined) {
      for (const chunk of ['one', Uint8Array.of(33)]) {
        yield chunk;
        const [name] = (await readdir(directory)).filter((other) => other.endsWith('.tmp'));
        sizes.push((await readFile(join(directory, name!))).length);
      }
      if (last !== undefined) throw last;
    }
    await writeFileAtomic(path, chunks(undefined));
    expect([await readFile(path, 'utf8'), sizes]).toEqual(['one!', [3, 4]]);
    await expect(writeFileAtomic(path, chunks(new Error('no more')))).rejects.toThrow(/file: no more/);
    await expect(writeFileAtomic(path, chunks(new T2iError('ERR_X', 'told already')))).rejects.toThrow(
      /^told already$/,
    );
    expect([await readFile(path, 'utf8'), await readdir(directory)]).toEqual(['one!', ['file']]);
  });

  it('says why a directory cannot be written to', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(writeFileAtomic(join(directory, 'file/x'), '')).rejects.toMatchObject({
      code: 'ERR_WRITE',
      message: expect.stringMatching(/Cannot write .*file\/x: (a part of the path is a file|.*EEXIST)/),
    });
  });
});

describe('writeNewFile', () => {
  it('leaves what is there, and lets one of many in', async () => {
    const path = join(directory, 'a/file');
    const texts = Array.from({ length: 8 }, (_, i) => `text ${i}`);
    const written = await Promise.all(texts.map((text) => writeNewFile(path, text)));
    expect(written.filter(Boolean)).toHaveLength(1);
    const first = await readFile(path, 'utf8');
    expect(first).toBe(texts[written.indexOf(true)]);
    expect(await writeNewFile(path, 'later')).toBe(false);
    expect([await readFile(path, 'utf8'), await readdir(join(directory, 'a'))]).toEqual([first, ['file']]);
  });
});

describe('writeDirectoryAtomic', () => {
  const path = () => join(directory, 'a/b');

  it('makes a directory whole, also in the place of an empty one', async () => {
    await mkdir(path(), { recursive: true });
    await writeDirectoryAtomic(path(), (temporary) => writeFile(join(temporary, 'file'), 'x'));
    expect(await readdir(path())).toEqual(['file']);
    expect(await readdir(join(directory, 'a'))).toEqual(['b']);
  });

  it('leaves nothing behind when its content cannot be written', async () => {
    const failing = writeDirectoryAtomic(path(), async (temporary) => {
      await writeFile(join(temporary, 'file'), 'x');
      throw new Error('no more');
    });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_WRITE', message: expect.stringMatching(/a.b: no more/) });
    expect(await readdir(join(directory, 'a'))).toEqual([]);
  });

  it('replaces a directory where it is told to, and keeps the old one when it fails', async () => {
    for (const content of ['first', 'second']) {
      const write = (temporary: string) => writeFile(join(temporary, content), content);
      await writeDirectoryAtomic(path(), write, { replace: true });
      expect(await readdir(path())).toEqual([content]);
    }
    const failing = writeDirectoryAtomic(path(), async () => Promise.reject(new Error('no more')), { replace: true });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_WRITE' });
    const vanishing = writeDirectoryAtomic(path(), (temporary) => rm(temporary, { recursive: true }), {
      replace: true,
    });
    await expect(vanishing).rejects.toMatchObject({ code: 'ERR_WRITE' });
    expect(await readdir(path())).toEqual(['second']);
    expect(await readdir(join(path(), '..'))).toEqual(['b']);
  });

  it('replaces no directory that holds something', async () => {
    await mkdir(path(), { recursive: true });
    await writeFile(join(path(), 'mine'), 'x');
    await expect(writeDirectoryAtomic(path(), async () => {})).rejects.toThrow(T2iError);
    expect(await readdir(path())).toEqual(['mine']);
  });
});

it('round-trips JSON', async () => {
  await writeJsonFile(join(directory, 'a.json'), { a: [1, 'ü'] });
  expect(await readJsonFile(directory, 'a.json')).toEqual({ a: [1, 'ü'] });
});

describe('copyDirectory', () => {
  it('copies files and sub-directories', async () => {
    await mkdir(join(directory, 'from/sub'), { recursive: true });
    await writeFile(join(directory, 'from/a'), 'a');
    await writeFile(join(directory, 'from/sub/b'), 'b');
    await copyDirectory(join(directory, 'from'), join(directory, 'to'));
    expect((await readdir(join(directory, 'to'), { recursive: true })).sort()).toEqual(['a', 'sub', join('sub', 'b')]);
    expect(await readFile(join(directory, 'to/sub/b'), 'utf8')).toBe('b');
  });

  it.skipIf(process.platform === 'win32')('copies nothing from elsewhere', async () => {
    await mkdir(join(directory, 'from'));
    await symlink('/etc/passwd', join(directory, 'from/notes.txt'));
    await expect(copyDirectory(join(directory, 'from'), join(directory, 'to'))).rejects.toMatchObject({
      code: 'ERR_FILE',
    });
  });
});

it('names a missing or damaged file', async () => {
  await writeFile(join(directory, 'bad.json'), '{');
  await expect(readJsonFile(directory, 'bad.json')).rejects.toThrow(/bad.json is not valid JSON/);
  await expect(readFileOf(directory, 'none')).rejects.toThrow(/none: it does not exist\./);
  await expect(readFileOf(directory, '../none')).rejects.toMatchObject({
    code: 'ERR_CHECKPOINT',
    message: expect.stringContaining('leads outside'),
    hint: expect.any(String),
  });
});
