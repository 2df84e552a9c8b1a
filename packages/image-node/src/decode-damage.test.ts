import { DatasetError, Rng } from '@t2i/core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode.ts';

const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const;
const WIDTH = 20;
const HEIGHT = 14;

/** A small file with orientation and transparency where the format has them. */
function small(format: (typeof FORMATS)[number]): Promise<Buffer> {
  const data = Uint8Array.from({ length: WIDTH * HEIGHT * 4 }, (_, k) => (k * 37) % 256);
  const image = sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 4 } });
  return image.withMetadata({ orientation: 6 }).toFormat(format).toBuffer();
}

/** Up to six bytes changed, rather near the beginning, and now and then an end too early. */
function damaged(bytes: Buffer, rng: Rng): Buffer {
  const copy = Buffer.from(bytes);
  for (let k = rng.integer(6); k >= 0; k--) {
    copy[rng.integer(rng.integer(2) === 0 ? Math.min(200, copy.length) : copy.length)] = rng.integer(256);
  }
  return rng.integer(8) === 0 ? copy.subarray(0, rng.integer(copy.length)) : copy;
}

describe('decodeImage of damaged files', () => {
  it.each(FORMATS)('gives an image or a DatasetError for %s, and nothing else', async (format) => {
    const bytes = await small(format);
    const rng = new Rng(5);
    let refused = 0;
    for (let round = 0; round < 60; round++) {
      try {
        const { data } = await decodeImage(damaged(bytes, rng), { width: 4, height: 3 });
        expect(data.length).toBe(36);
      } catch (error) {
        expect(error).toBeInstanceOf(DatasetError);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(0);
  });
});
