import { existsSync } from 'node:fs';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { AppendFile } from './append-file.ts';

it('makes directories and keeps what was there', () =>
  withTemporaryDirectory(async (directory) => {
    const path = join(directory, 'a/b/file');
    for (const content of ['one ', new TextEncoder().encode('two')]) {
      const file = await AppendFile.open(path);
      await file.append(content);
      await file.sync();
      await file.close();
    }
    expect(await readFile(path, 'utf8')).toBe('one two');
  }));

it.skipIf(process.platform === 'win32')('appends to nothing that a link leads to', () =>
  withTemporaryDirectory(async (directory) => {
    const [mine, link] = [join(directory, 'mine'), join(directory, 'log.jsonl')];
    await writeFile(mine, 'mine');
    await symlink(mine, link);
    await expect(AppendFile.open(link)).rejects.toMatchObject({
      code: 'ERR_WRITE',
      message: expect.stringContaining('log.jsonl: it is a link'),
    });
    expect(await readFile(mine, 'utf8')).toBe('mine');
  }),
);

it.skipIf(!existsSync('/dev/full'))('says that the disk is full', async () => {
  const file = await AppendFile.open('/dev/full');
  await expect(file.append('x')).rejects.toMatchObject({
    code: 'ERR_WRITE',
    message: 'Cannot write /dev/full: the disk is full.',
  });
  await file.close();
});
