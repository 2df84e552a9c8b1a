import { ConfigError, type RgbImage } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { type LabelledRow, labelledGrid, withTitle, wrap } from './labelled-grid.ts';

const tile = (level: number, side = 64): RgbImage => ({
  width: side,
  height: side,
  data: new Uint8Array(side * side * 3).fill(level),
});
const pixel = (image: RgbImage, x: number, y: number) => image.data[(y * image.width + x) * 3];
const dark = (image: RgbImage, width: number) =>
  image.data.filter((byte, i) => (i / 3) % image.width < width && byte < 100).length;

describe('labelledGrid', () => {
  it('puts every image in its place', async () => {
    const rows = [
      { caption: 'a red flower', images: [tile(10), tile(20)] },
      { caption: 'a blue flower', note: 'unseen', images: [tile(30), tile(40)] },
    ];
    const sheet = await labelledGrid(rows, { captionWidth: 100, gap: 4 });
    expect(sheet).toMatchObject({ width: 100 + 4 + 2 * 68, height: 4 + 2 * 68 });
    expect([pixel(sheet, 104, 4), pixel(sheet, 172, 4)]).toEqual([10, 20]);
    expect([pixel(sheet, 104, 72), pixel(sheet, 172 + 63, 72 + 63)]).toEqual([30, 40]);
    expect(pixel(sheet, 103, 4)).toBe(255);
  });

  it('draws the caption', async () => {
    const rows = (caption: string) => [{ caption, images: [tile(200)] }];
    const empty = await labelledGrid(rows(''), { captionWidth: 100 });
    const written = await labelledGrid(rows('flower'), { captionWidth: 100 });
    expect(dark(empty, 100)).toBe(0);
    expect(dark(written, 100)).toBeGreaterThan(20);
  });

  it.each(['<b>&"\'</b>', 'a\u0000b\ud800', '</text></svg>', '花'.repeat(500), 'x'.repeat(5000)])(
    'takes any caption (%#), and the images stay uncovered',
    async (caption) => {
      const sheet = await labelledGrid([{ caption, images: [tile(123)] }], { captionWidth: 60 });
      expect(sheet).toMatchObject({ width: 60 + 4 + 68 });
      for (let x = 64; x < 128; x++) expect(pixel(sheet, x, 40)).toBe(123);
    },
  );

  it.each<[string, LabelledRow[], object]>([
    ['no rows', [], {}],
    ['rows without images', [{ caption: 'x', images: [] }], {}],
    ['images of several sizes', [{ caption: 'x', images: [tile(1), tile(1, 8)] }], {}],
    ['an image that is not as large as it says', [{ caption: 'x', images: [{ ...tile(1), width: 65 }] }], {}],
    ['a part of a pixel', [{ caption: 'x', images: [tile(1)] }], { gap: 1.5 }],
    ['captions on less than nothing', [{ caption: 'x', images: [tile(1)] }], { captionWidth: -5 }],
    ['more rows than a sheet can hold', new Array<LabelledRow>(490).fill({ caption: '', images: [tile(1)] }), {}],
  ])('refuses %s', async (_, rows, options) => {
    await expect(labelledGrid(rows, options)).rejects.toThrow(ConfigError);
  });

  it('accepts a sheet of the maximum height', async () => {
    const rows = new Array<LabelledRow>(481).fill({ caption: '', images: [tile(7)] });
    const { height, data } = await labelledGrid(rows, { captionWidth: 0 });
    expect([height, data[(height - 5) * 72 * 3 + 12]]).toEqual([481 * 68 + 4, 7]);
  });

  it('gives the same pixels twice', async () => {
    const rows = [{ caption: 'a yellow flower', images: [tile(1, 8)] }];
    expect(await labelledGrid(rows)).toEqual(await labelledGrid(rows));
  });

  it('grows a row to its caption when the images are small', async () => {
    const sheet = await labelledGrid([{ caption: 'three lines of words', images: [tile(5, 8)] }], { captionWidth: 60 });
    expect(sheet.height).toBe(4 + 4 * 16 + 4);
  });
});

describe('withTitle', () => {
  it('adds a strip above and keeps the image', async () => {
    const titled = await withTitle(tile(50), 'epoch 7');
    expect(titled).toMatchObject({ width: 64, height: 92 });
    expect(pixel(titled, 0, 28)).toBe(50);
    expect(titled.data.subarray(0, 64 * 28 * 3).some((byte) => byte < 100)).toBe(true);
  });
});

describe('wrap', () => {
  it('breaks at spaces, and inside a word only when it must', () => {
    expect(wrap('the petals are pink', 10, 4)).toEqual(['the petals', 'are pink']);
    expect(wrap('abcdefghijkl mn', 5, 4)).toEqual(['abcde', 'fghij', 'kl mn']);
    expect(wrap('', 5, 4)).toEqual(['']);
  });

  it('cuts with an ellipsis', () => {
    expect(wrap('one two three four', 5, 2)).toEqual(['one', 'two…']);
  });
});
