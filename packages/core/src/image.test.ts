import { describe, expect, it } from 'vitest';
import { enlarge, fromByte, imageGrid, type RgbImage, toByte, toImageBatch, toRgbImages } from './image.ts';

const plain = (value: number, width = 2, height = 2): RgbImage => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(value),
});

describe('bytes and floats', () => {
  it('round-trips every byte', () => {
    for (let byte = 0; byte < 256; byte++) expect(toByte(fromByte(byte))).toBe(byte);
  });

  it('clamps what lies outside [-1, 1]', () => {
    expect([toByte(-3), toByte(3), toByte(-1), toByte(1), toByte(0)]).toEqual([0, 255, 0, 255, 128]);
  });

  it('gives images the bytes of their values, around every step and outside of the range', () => {
    const steps = Array.from({ length: 255 }, (_, byte) => (byte + 0.5) / 127.5 - 1);
    const values = Float32Array.from([...steps.flatMap((at) => [at - 1e-7, at, at + 1e-7]), 0, -0, 1e-9, -1e-9, -7, 7]);
    const [image] = toRgbImages({ data: values, shape: [1, 1, values.length / 3, 3] });
    expect(image!.data).toEqual(Uint8Array.from(values, toByte));
  });

  it('turns images into a batch and back', () => {
    const images = [plain(3), plain(250)];
    expect(toImageBatch(images).shape).toEqual([2, 2, 2, 3]);
    expect(toRgbImages(toImageBatch(images))).toEqual(images);
  });
});

describe('imageGrid', () => {
  it('places images in rows with gaps', () => {
    const grid = imageGrid([plain(10), plain(20), plain(30)], { columns: 2, gap: 1 });
    expect([grid.width, grid.height]).toEqual([7, 7]);
    const at = (x: number, y: number) => grid.data[(y * grid.width + x) * 3];
    expect([at(0, 0), at(1, 1), at(2, 2), at(3, 1), at(4, 1), at(1, 4), at(4, 4)]).toEqual([
      255, 10, 10, 255, 20, 30, 255,
    ]);
  });

  it('is no wider than its images', () => {
    expect(imageGrid([plain(1)], { columns: 8, gap: 0 })).toEqual(plain(1));
  });

  it('refuses images of several sizes', () => {
    expect(() => imageGrid([plain(1), plain(1, 3, 3)], { columns: 2 })).toThrow(/share one size/);
  });
});

it('enlarge repeats pixels', () => {
  const image: RgbImage = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
  expect(enlarge(image, 2)).toEqual({
    width: 4,
    height: 2,
    data: Uint8Array.of(1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6),
  });
});
