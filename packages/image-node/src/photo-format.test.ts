import { sniffImage } from '@t2i/formats';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode.ts';

const square = () => sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } });
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

describe('sniffImage', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('knows a %s', async (format) => {
    const { photo } = sniffImage(await square().toFormat(format).toBuffer());
    expect(photo?.toLowerCase()).toBe(format);
  });

  it.each([
    ['an SVG drawing', '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'],
    ['an SVG drawing', '<?xml version="1.0"?>\n<!-- a flower -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a PDF document', '%PDF-1.7\n'],
    ['a HEIC photo', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    ['a HEIC photo', '\0\0\0\x18ftypmif1\0\0\0\0mif1heic'],
    ['an animated AVIF', '\0\0\0\x18ftypavis\0\0\0\0avifavis'],
    ['a BMP image', 'BM\x36\0\0\0'],
    ['a web page', '<!doctype html><html>'],
    ['an empty file', ''],
    ['in an unknown format', 'P6 1 1 255 abc'],
  ])('says that it is %s', async (what, text) => {
    expect(sniffImage(bytes(text)).photo).toBeUndefined();
    await expect(decodeImage(bytes(text))).rejects.toThrow(`cannot be decoded: it is ${what}.`);
  });
});
