import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '@t2i/core/node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { packArchive, unpackArchive } from './archive.ts';

it('packs a directory and gives it back; a damaged file leaves nothing', async () => {
  await withTemporaryDirectory(async (directory) => {
    const [from, file, to] = [join(directory, 'from'), join(directory, 'file'), join(directory, 'to')];
    await mkdir(join(from, 'deep/er'), { recursive: true });
    await writeFile(join(from, 'deep/er/flower.txt'), 'a red flower '.repeat(1000));
    await packArchive(from, file, 3);
    const hash = await hashFile(file);
    await unpackArchive(file, hash, to);
    expect(await readFile(join(to, 'deep/er/flower.txt'), 'utf8')).toBe('a red flower '.repeat(1000));

    await appendFile(file, 'x');
    await expect(unpackArchive(file, hash, join(directory, 'other'))).rejects.toMatchObject({
      code: 'ERR_BUNDLE',
      hint: expect.stringContaining('Copy the bundle again'),
    });
    expect((await readdir(directory)).sort()).toEqual(['file', 'from', 'to']);
  });
});
