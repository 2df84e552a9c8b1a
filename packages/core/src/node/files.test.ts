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

  it('says why a folder cannot be written to', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(writeFileAtomic(join(folder, 'file/x'), '')).rejects.toMatchObject({
      code: 'ERR_WRITE',
      message: expect.stringMatching(/Cannot write .*file\/x: (a part of the path is a file|.*EEXIST)/),
    });
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
