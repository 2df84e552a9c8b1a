import { ConfigError, type RgbImage } from '@t2i/core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeAnimation } from './animation.ts';

const frame = (level: number, width = 16, height = 8): RgbImage => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(level),
});

describe('encodeAnimation', () => {
  it.each(['webp', 'gif'] as const)('writes every frame with its delay as %s', async (format) => {
    const frames = [frame(0), frame(120), frame(250)];
    const bytes = await encodeAnimation(frames, { format, delay: [100, 200, 900] });
    const metadata = await sharp(bytes, { animated: true }).metadata();
    expect(metadata).toMatchObject({ format, pages: 3, delay: [100, 200, 900], loop: 0, width: 16, pageHeight: 8 });
    const pixels = await sharp(bytes, { animated: true }).removeAlpha().raw().toBuffer();
    const levels = [0, 1, 2].map((i) => pixels[i * 16 * 8 * 3]!);
    expect(Math.max(...levels.map((level, i) => Math.abs(level - frames[i]!.data[0]!)))).toBeLessThan(4);
  });

  it('refuses frames of different sizes', async () => {
    const frames = [frame(0), frame(0, 8, 8)];
    await expect(encodeAnimation(frames, { format: 'gif', delay: 100 })).rejects.toThrow('share one size');
  });

  it('refuses an empty list of frames, and a wrong number of delays', async () => {
    await expect(encodeAnimation([], { format: 'gif', delay: 100 })).rejects.toThrow('at least one frame');
    await expect(encodeAnimation([frame(1)], { format: 'gif', delay: [1, 2] })).rejects.toThrow('1 frames have 2');
  });

  it('refuses invalid sizes, data and options', async () => {
    const some = { format: 'webp', delay: 100 } as const;
    const bad: [RgbImage, object][] = [
      [{ ...frame(1), width: 0 }, some],
      [{ ...frame(1), height: 9 }, some],
      [{ data: new Uint8Array(16_384 * 3), width: 16_384, height: 1 }, some],
      [frame(1), { ...some, delay: -1 }],
      [frame(1), { ...some, delay: 70_000 }],
      [frame(1), { ...some, loop: 1.5 }],
      [frame(1), { ...some, quality: 0 }],
      [frame(1), { ...some, format: 'mp4' }],
    ];
    for (const [image, options] of bad) {
      await expect(encodeAnimation([image], options as typeof some)).rejects.toThrow(ConfigError);
    }
  });
});
