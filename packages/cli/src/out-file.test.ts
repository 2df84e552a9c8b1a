import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '@t2i/core';
import { lockDirectory } from '@t2i/core/node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { assertFree, intoDirectory, writeOut } from './out-file.ts';

describe('writeOut', () => {
  it('numbers default names, also for simultaneous writers', () =>
    withTemporaryDirectory(async (directory) => {
      const usual = join(directory, 'flower.png');
      const texts = ['a', 'b', 'c', 'd'];
      const paths = await Promise.all(texts.map((text) => writeOut({ named: undefined, usual, force: false }, text)));
      const names = ['flower-2.png', 'flower-3.png', 'flower-4.png', 'flower.png'];
      expect([paths.map((path) => path.slice(directory.length + 1)).sort(), await readdir(directory)]).toEqual([
        names,
        names,
      ]);
      for (const [i, path] of paths.entries()) expect(await readFile(path, 'utf8')).toBe(texts[i]);
      expect(await writeOut({ named: undefined, usual, force: true }, 'e')).toBe(usual);
      expect(await readFile(usual, 'utf8')).toBe('e');
    }));

  it('refuses an existing --out, before and after the work, unless forced', () =>
    withTemporaryDirectory(async (directory) => {
      const named = join(directory, 'mine.png');
      assertFree({ named, force: false });
      await writeFile(named, 'mine');
      expect(() => assertFree({ named, force: false })).toThrow(ConfigError);
      await expect(writeOut({ named, usual: 'x', force: false }, 'yours')).rejects.toMatchObject({
        message: `${named} already exists.`,
        hint: expect.stringContaining('--force'),
      });
      expect(await readFile(named, 'utf8')).toBe('mine');
      assertFree({ named, force: true });
      await writeOut({ named, usual: 'x', force: true }, 'yours');
      expect([await readFile(named, 'utf8'), await readdir(directory)]).toEqual(['yours', ['mine.png']]);
    }));
});

describe('intoDirectory', () => {
  const fill = (text: string) => async (directory: string) => {
    await writeFile(join(directory, 'file'), text);
    return directory;
  };

  it('numbers default names, also for simultaneous writers', () =>
    withTemporaryDirectory(async (directory) => {
      const place = { named: undefined, usual: join(directory, 'drawings'), force: false };
      const [a, b] = [
        await intoDirectory(place, 'drawing', fill('a')),
        await intoDirectory(place, 'drawing', fill('b')),
      ];
      expect([a, b]).toEqual([place.usual, `${place.usual}-2`]);
      expect([await readFile(join(a, 'file'), 'utf8'), await readdir(a)]).toEqual(['a', ['file']]);
    }));

  it('refuses a directory that is not empty, and one that another process writes into', () =>
    withTemporaryDirectory(async (directory) => {
      const named = join(directory, 'mine');
      const place = { named, usual: 'x', force: false };
      await mkdir(named);
      const held = await lockDirectory(named, 'evaluating');
      await expect(intoDirectory(place, 'drawing', fill('a'))).rejects.toMatchObject({ code: 'ERR_LOCKED' });
      await held.release();
      await intoDirectory(place, 'drawing', fill('a'));
      await expect(intoDirectory(place, 'drawing', fill('b'))).rejects.toThrow('already exists');
      await expect(intoDirectory({ ...place, named: join(named, 'file') }, 'drawing', fill('b'))).rejects.toThrow(
        'already exists',
      );
      expect(await readFile(join(named, 'file'), 'utf8')).toBe('a');
      await intoDirectory({ ...place, force: true }, 'drawing', fill('b'));
      expect(await readFile(join(named, 'file'), 'utf8')).toBe('b');
    }));
});
