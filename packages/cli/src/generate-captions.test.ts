import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ImageBatch } from '@t2i/core';
import { decodeImage } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { generateCaptions, readCaptions } from './generate-captions.ts';

const SIDE = 32;

/** Generates grey images whose level is the length of the caption, and counts how many earlier batches are still in memory. */
class CountingModel {
  readonly #generated: WeakRef<Float32Array>[] = [];
  readonly #collect: () => void;
  passes = 0;
  mostAlive = 0;
  mostAtOnce = 0;

  constructor() {
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc') as () => void;
  }

  async generate({
    captions,
    perCaption = 1,
  }: {
    captions: readonly string[];
    perCaption?: number;
  }): Promise<ImageBatch> {
    await new Promise(setImmediate); // or what was just dropped counts as used in this turn
    this.#collect();
    this.mostAlive = Math.max(this.mostAlive, this.#generated.filter((batch) => batch.deref() !== undefined).length);
    const n = captions.length * perCaption;
    this.mostAtOnce = Math.max(this.mostAtOnce, n);
    this.passes += 1;
    const data = new Float32Array(n * SIDE * SIDE * 3);
    const values = SIDE * SIDE * 3 * perCaption;
    for (const [i, caption] of captions.entries()) data.fill(caption.length / 100, i * values, (i + 1) * values);
    this.#generated.push(new WeakRef(data));
    return { data, shape: [n, SIDE, SIDE, 3] };
  }
}

const captionsOf = (count: number) => Array.from({ length: count }, (_, i) => 'x'.repeat(1 + (i % 90)));

describe('generateCaptions', () => {
  it(
    'needs no more memory for many captions than for few',
    () =>
      withTemporaryDirectory(async (directory) => {
        const model = new CountingModel();
        const options = { captions: captionsOf(600), seed: 1, perCaption: 8, directory, name: 'run' };
        const files = await generateCaptions(model, options);
        expect([model.passes, model.mostAtOnce]).toEqual([75, 64]);
        expect(model.mostAlive).toBeLessThanOrEqual(3);
        expect(await readdir(directory)).toEqual([...files.map((path) => path.slice(directory.length + 1))].sort());
        expect(files).toHaveLength(11); // 10 grids of 64 captions at most, and the page
        const page = await readFile(join(directory, 'index.html'), 'utf8');
        expect([page.match(/<img /g)!.length, page.match(/<figure>/g)!.length]).toEqual([4800, 600]);
        expect(page.endsWith('</html>\n')).toBe(true);
        const last = await decodeImage(await readFile(join(directory, 'grid-010.png')));
        expect([last.width, last.height]).toEqual([8 * (SIDE + 2) + 2, 24 * (SIDE + 2) + 2]);
        const level = last.data[(4 * last.width + 4) * 3]!; // caption 576 has 37 letters
        expect(Math.abs(level - (0.37 * 127.5 + 127.5))).toBeLessThanOrEqual(1);
      }),
    300_000,
  );

  it('writes few captions into one grid, and never splits the images of a caption', () =>
    withTemporaryDirectory(async (directory) => {
      const model = new CountingModel();
      const options = { captions: captionsOf(2), seed: 1, perCaption: 100, directory, name: '<run>' };
      expect(await generateCaptions(model, options)).toEqual([
        join(directory, 'grid.png'),
        join(directory, 'index.html'),
      ]);
      expect([model.passes, model.mostAtOnce]).toEqual([2, 100]);
      expect(await readFile(join(directory, 'index.html'), 'utf8')).toContain('&lt;run&gt;, seed 1');
    }));
});

describe('readCaptions', () => {
  const read = (bytes: Uint8Array | string) =>
    withTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'a.txt'), bytes);
      return readCaptions(join(directory, 'a.txt'));
    });

  it('reads lines with any line ending', async () => {
    expect(await read('\ufeffone\r\n\n  two \rthrée')).toEqual(['one', 'two', 'thrée']);
  });

  it('names the line that is not UTF-8', async () => {
    const latin = (text: string) => Buffer.from(text, 'latin1');
    await expect(read(latin('one\ntwo\r\n\nth\xe9\nfive\xff'))).rejects.toThrow(
      /^Line 4 of .*a\.txt is not UTF-8 text\.$/,
    );
    await expect(read(Buffer.concat([Buffer.from('one\nü\n'), Buffer.of(0xe2, 0x82)]))).rejects.toThrow(/^Line 3 /);
  });

  it('refuses a file without captions, and a missing file', async () => {
    await expect(read(' \n\n')).rejects.toThrow('contains no caption');
    await expect(readCaptions('no/such/file')).rejects.toThrow(/Cannot read the captions in no\/such\/file/);
  });
});
