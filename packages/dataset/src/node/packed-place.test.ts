import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { greySet } from './__fixtures__/grey-set.ts';
import { openDataset } from './packed-dataset.ts';

const WRITER = fileURLToPath(new URL('./__fixtures__/killed-writer.ts', import.meta.url));
const FILES = ['captions.txt', 'images.u8', 'items.tsv', 'manifest.json'];

/** Replaces the set in a process of its own, which dies before its n-th change of the file system; true when it lived. */
async function replaceUntilKilled(directory: string, grey: number, n: number): Promise<boolean> {
  const program = ['--import', 'tsx', '--conditions=@t2i/source', WRITER, directory, `${grey}`, `${n}`];
  const child = spawn(process.execPath, program, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const [code, signal] = await once(child, 'close');
  expect([code, signal]).toEqual(output === 'done' ? [0, null] : [null, 'SIGKILL']);
  return output === 'done';
}

/** The grey of a set that is whole. */
async function greyOf(directory: string): Promise<number> {
  const dataset = await openDataset(directory);
  try {
    const [grey, ...others] = await dataset.readImages([0, 1]);
    expect(others).toEqual(others.map(() => grey));
    expect(dataset.classNames).toEqual([`a${grey}`, `b${grey}`]);
    expect(dataset.items.map(({ image }) => image)).toEqual([`${grey}-0.png`, `${grey}-1.png`]);
    expect([0, 1].map((item) => dataset.captions(item))).toEqual([[`of ${grey}-0.png`], [`of ${grey}-1.png`]]);
    return grey!;
  } finally {
    await dataset.close();
  }
}

describe('a set that is replaced', () => {
  it('is the whole old one or the whole new one, whenever the writer is killed', async () => {
    await withTemporaryDirectory(async (root) => {
      const directory = join(root, 'sets', 'grey');
      await greySet(directory, 0);
      const seen = { old: 0, new: 0, moving: 0 };
      let before = 0;
      let lived = false;
      for (let n = 1; !lived; n++) {
        lived = await replaceUntilKilled(directory, n, n);
        const now = await greyOf(directory);
        expect([before, n]).toContain(now);
        seen[now === n ? 'new' : 'old'] += 1;
        if ((await readdir(directory)).includes('.incoming')) seen.moving += 1;
        before = now;
      }
      expect(seen.old).toBeGreaterThan(5);
      expect(seen.new).toBeGreaterThan(5);
      expect(seen.moving).toBeGreaterThan(3); // it was killed between the moves, too
      expect((await readdir(directory)).sort()).toEqual(FILES);
      expect(await readdir(dirname(directory))).toEqual(['grey']);
    });
  }, 900_000);

  it('is whole for those who open it meanwhile', async () => {
    await withTemporaryDirectory(async (root) => {
      const directory = join(root, 'grey');
      await greySet(directory, 0);
      let writing = true;
      const writer = (async () => {
        for (let grey = 1; grey <= 40; grey++) await greySet(directory, grey);
        writing = false;
      })();
      const seen = new Set<number>();
      while (writing) seen.add(await greyOf(directory));
      await writer;
      expect(seen.size).toBeGreaterThan(1);
      expect(await greyOf(directory)).toBe(40);
    });
  });

  it('leaves what else is in its directory', async () => {
    await withTemporaryDirectory(async (directory) => {
      await greySet(directory, 1);
      await mkdir(join(directory, 'embeddings'));
      await writeFile(join(directory, 'embeddings', 'kept'), 'kept');
      await greySet(directory, 2);
      expect(await greyOf(directory)).toBe(2);
      expect(await readdir(join(directory, 'embeddings'))).toEqual(['kept']);
    });
  });

  it('may be in a directory that a link leads to, and the link stays', async () => {
    await withTemporaryDirectory(async (directory) => {
      const [disk, link] = [join(directory, 'disk', 'grey'), join(directory, 'grey')];
      await mkdir(join(disk), { recursive: true });
      await symlink(disk, link);
      for (const grey of [1, 2]) {
        await greySet(link, grey);
        expect(await greyOf(link)).toBe(grey);
      }
      expect(await realpath(link)).toBe(await realpath(disk));
      expect((await readdir(disk)).sort()).toEqual(FILES);
    });
  });
});
