import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { T2iError } from '../errors.ts';
import { float32Tensor } from '../state-dict.ts';
import {
  copyFolder,
  readJsonFile,
  readStateFile,
  writeFileAtomic,
  writeFolderAtomic,
  writeJsonFile,
  writeNewFile,
  writeStateFile,
} from './files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 't2i-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('writeFileAtomic', () => {
  it('makes folders, writes chunks in order, replaces, and leaves nothing beside', async () => {
    const path = join(folder, 'a/b/file.bin');
    await writeFileAtomic(path, 'first');
    await writeFileAtomic(path, [Uint8Array.of(1, 2), Uint8Array.of(3)]);
    expect([...(await readFile(path))]).toEqual([1, 2, 3]);
    expect(await readdir(join(folder, 'a/b'))).toEqual(['file.bin']);
  });

  it('keeps the old file when writing fails half-way', async () => {
    const path = join(folder, 'file');
    await writeFileAtomic(path, 'old');
    const chunks = [Uint8Array.of(1), { not: 'bytes' } as unknown as Uint8Array];
    await expect(writeFileAtomic(path, chunks)).rejects.toThrow(T2iError);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('asks for a chunk once the one before is written, and keeps the old file when there is no next one', async () => {
    const path = join(folder, 'file');
    const sizes: number[] = [];
    async function* chunks(last: Error | undefined) {
      for (const chunk of ['one', Uint8Array.of(33)]) {
        yield chunk;
        const [name] = (await readdir(folder)).filter((other) => other.endsWith('.tmp'));
        sizes.push((await readFile(join(folder, name!))).length);
      }
      if (last !== undefined) throw last;
    }
    await writeFileAtomic(path, chunks(undefined));
    expect([await readFile(path, 'utf8'), sizes]).toEqual(['one!', [3, 4]]);
    await expect(writeFileAtomic(path, chunks(new Error('no more')))).rejects.toThrow(/file: no more/);
    await expect(writeFileAtomic(path, chunks(new T2iError('ERR_X', 'told already')))).rejects.toThrow(
      /^told already$/,
    );
    expect([await readFile(path, 'utf8'), await readdir(folder)]).toEqual(['one!', ['file']]);
  });

  it('says why a folder cannot be written to', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(writeFileAtomic(join(folder, 'file/x'), '')).rejects.toMatchObject({
      code: 'ERR_WRITE',
      message: expect.stringMatching(/Cannot write .*file\/x: (a part of the path is a file|.*EEXIST)/),
    });
  });
});

describe('writeNewFile', () => {
  it('leaves what is there, and lets one of many in', async () => {
    const path = join(folder, 'a/file');
    const texts = Array.from({ length: 8 }, (_, i) => `text ${i}`);
    const written = await Promise.all(texts.map((text) => writeNewFile(path, text)));
    expect(written.filter(Boolean)).toHaveLength(1);
    const first = await readFile(path, 'utf8');
    expect(first).toBe(texts[written.indexOf(true)]);
    expect(await writeNewFile(path, 'later')).toBe(false);
    expect([await readFile(path, 'utf8'), await readdir(join(folder, 'a'))]).toEqual([first, ['file']]);
  });
});

describe('writeFolderAtomic', () => {
  const path = () => join(folder, 'a/b');

  it('makes a folder whole, also in the place of an empty one', async () => {
    await mkdir(path(), { recursive: true });
    await writeFolderAtomic(path(), (temporary) => writeFile(join(temporary, 'file'), 'x'));
    expect(await readdir(path())).toEqual(['file']);
    expect(await readdir(join(folder, 'a'))).toEqual(['b']);
  });

  it('leaves nothing behind when its content cannot be written', async () => {
    const failing = writeFolderAtomic(path(), async (temporary) => {
      await writeFile(join(temporary, 'file'), 'x');
      throw new Error('no more');
    });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_WRITE', message: expect.stringMatching(/a.b: no more/) });
    expect(await readdir(join(folder, 'a'))).toEqual([]);
  });

  it('replaces a folder where it is told to, and keeps the old one when it fails', async () => {
    for (const content of ['first', 'second']) {
      const write = (temporary: string) => writeFile(join(temporary, content), content);
      await writeFolderAtomic(path(), write, { replace: true });
      expect(await readdir(path())).toEqual([content]);
    }
    const failing = writeFolderAtomic(path(), async () => Promise.reject(new Error('no more')), { replace: true });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_WRITE' });
    const vanishing = writeFolderAtomic(path(), (temporary) => rm(temporary, { recursive: true }), { replace: true });
    await expect(vanishing).rejects.toMatchObject({ code: 'ERR_WRITE' });
    expect(await readdir(path())).toEqual(['second']);
    expect(await readdir(join(path(), '..'))).toEqual(['b']);
  });

  it('replaces no folder that holds something', async () => {
    await mkdir(path(), { recursive: true });
    await writeFile(join(path(), 'mine'), 'x');
    await expect(writeFolderAtomic(path(), async () => {})).rejects.toThrow(T2iError);
    expect(await readdir(path())).toEqual(['mine']);
  });
});

it('round-trips JSON and state dicts', async () => {
  await writeJsonFile(join(folder, 'a.json'), { a: [1, 'ü'] });
  expect(await readJsonFile(folder, 'a.json')).toEqual({ a: [1, 'ü'] });
  const state = { tensors: { x: float32Tensor([2], Float32Array.of(1, 2)) }, metadata: { a: 'b' } };
  await writeStateFile(join(folder, 'a.safetensors'), state);
  expect(await readStateFile(folder, 'a.safetensors')).toEqual(state);
});

describe('copyFolder', () => {
  it('copies files and sub-folders', async () => {
    await mkdir(join(folder, 'from/sub'), { recursive: true });
    await writeFile(join(folder, 'from/a'), 'a');
    await writeFile(join(folder, 'from/sub/b'), 'b');
    await copyFolder(join(folder, 'from'), join(folder, 'to'));
    expect((await readdir(join(folder, 'to'), { recursive: true })).sort()).toEqual(['a', 'sub', join('sub', 'b')]);
    expect(await readFile(join(folder, 'to/sub/b'), 'utf8')).toBe('b');
  });

  it.skipIf(process.platform === 'win32')('copies nothing from elsewhere', async () => {
    await mkdir(join(folder, 'from'));
    await symlink('/etc/passwd', join(folder, 'from/notes.txt'));
    await expect(copyFolder(join(folder, 'from'), join(folder, 'to'))).rejects.toMatchObject({ code: 'ERR_FILE' });
  });
});

it('names a missing or damaged file', async () => {
  await writeFile(join(folder, 'bad.json'), '{');
  await expect(readJsonFile(folder, 'bad.json')).rejects.toThrow(/bad.json is not valid JSON/);
  await expect(readStateFile(folder, 'none')).rejects.toThrow(/none: it does not exist\./);
  await expect(readStateFile(folder, '../none')).rejects.toMatchObject({
    code: 'ERR_CHECKPOINT',
    message: expect.stringContaining('leads outside'),
    hint: expect.any(String),
  });
});
