import { rename, symlink } from 'node:fs/promises';
import { writeFileAtomic } from '@t2i/core/node';
import { decodeImage, encodeImage } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { evenly, makeFilm } from './film.ts';
import { samplePath } from './run-directory.ts';

const sheet = (level: number, width = 80, height = 40) =>
  encodeImage({ width, height, data: new Uint8Array(width * height * 3).fill(level) });

/** The size of a GIF and its number of frames (graphic control extensions). */
function describeGif(data: Uint8Array) {
  const view = new DataView(data.buffer, data.byteOffset);
  const frames = Buffer.from(data).toString('latin1').split('\x21\xf9\x04').length - 1;
  return { width: view.getUint16(6, true), height: view.getUint16(8, true), frames };
}

describe('makeFilm', () => {
  const inRun = (levels: readonly number[], use: (run: string) => Promise<void>) =>
    withTemporaryDirectory(async (run) => {
      for (const [epoch, level] of levels.entries()) await writeFileAtomic(samplePath(run, epoch), await sheet(level));
      await use(run);
    });

  it('shows every epoch under its number', () =>
    inRun([0, 100, 200], async (run) => {
      const film = await makeFilm(run, { format: 'gif' });
      expect(film.epochs).toEqual([0, 1, 2]);
      expect(describeGif(film.data)).toEqual({ width: 80, height: 68, frames: 3 });
      const first = await decodeImage(film.data);
      expect(first.data.subarray(0, 80 * 28 * 3).some((byte) => byte < 100)).toBe(true);
      expect(first.data[80 * 40 * 3]).toBe(0);
    }));

  it('shrinks to the width and picks evenly up to maxFrames', () =>
    inRun([0, 10, 20, 30, 40, 50], async (run) => {
      const film = await makeFilm(run, { format: 'gif', width: 40, maxFrames: 3 });
      expect(film.epochs).toEqual([0, 3, 5]);
      expect(describeGif(film.data)).toEqual({ width: 40, height: 48, frames: 3 });
    }));

  it('writes WebP by default', () =>
    inRun([1], async (run) => {
      const { data } = await makeFilm(run);
      expect(Buffer.from(data.subarray(8, 12)).toString()).toBe('WEBP');
    }));

  it('says that there are no samples', () =>
    inRun([], async (run) => {
      await expect(makeFilm(run)).rejects.toMatchObject({ code: 'ERR_CHECKPOINT', hint: expect.any(String) });
    }));

  it('leaves out damaged sheets, the first among them, and says so', () =>
    inRun([0, 60, 120, 180], async (run) => {
      const whole = await sheet(0);
      await writeFileAtomic(samplePath(run, 0), whole.subarray(0, whole.length / 2));
      await writeFileAtomic(samplePath(run, 2), new Uint8Array());
      const film = await makeFilm(run, { format: 'gif' });
      expect(film.epochs).toEqual([1, 3]);
      expect(film.damaged).toEqual([
        { path: samplePath(run, 0), reason: expect.any(String) },
        { path: samplePath(run, 2), reason: expect.any(String) },
      ]);
      expect(describeGif(film.data)).toEqual({ width: 80, height: 68, frames: 2 });
      await writeFileAtomic(samplePath(run, 1), new Uint8Array(8));
      await writeFileAtomic(samplePath(run, 3), new Uint8Array(8));
      await expect(makeFilm(run)).rejects.toThrow(/None of the sample sheets can be read/);
    }));

  it('names a sheet of another size', () =>
    inRun([1, 2], async (run) => {
      await writeFileAtomic(samplePath(run, 1), await sheet(2, 80, 60));
      await expect(makeFilm(run)).rejects.toThrow('epoch-0001.png differs in size');
    }));

  it.skipIf(process.platform === 'win32')('shows no image that a link leads to', () =>
    withTemporaryDirectory((place) =>
      inRun([1, 2], async (run) => {
        await rename(samplePath(run, 1), `${place}/private.png`);
        await symlink(`${place}/private.png`, samplePath(run, 1));
        const { epochs, damaged } = await makeFilm(run);
        expect(epochs).toEqual([0]);
        expect(damaged).toEqual([{ path: samplePath(run, 1), reason: expect.stringContaining('leads outside') }]);
      }),
    ),
  );

  it('refuses impossible options', () =>
    inRun([1], async (run) => {
      await expect(makeFilm(run, { fps: 0 })).rejects.toMatchObject({ code: 'ERR_CONFIG' });
    }));
});

it('evenly keeps the first and the last', () => {
  expect(evenly([1, 2, 3], 5)).toEqual([1, 2, 3]);
  expect(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 3)).toEqual([0, 5, 10]);
  expect(evenly([1, 2, 3], 1)).toEqual([3]);
});
