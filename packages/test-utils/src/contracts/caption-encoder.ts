/** What every `CaptionEncoder` keeps to. */

import { type CaptionEncoder, ConfigError } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { expectAllClose } from '../expect-close.ts';

export interface EncoderContract {
  readonly open: () => CaptionEncoder | Promise<CaptionEncoder>;
  /** Three captions that the encoder tells apart. */
  readonly captions?: readonly [string, string, string];
}

const CAPTIONS = [
  'this flower has red petals',
  'a yellow flower with many thin petals',
  'white petals and a purple centre',
] as const;

/** Registers the tests. */
export function testCaptionEncoder(name: string, { open, captions = CAPTIONS }: EncoderContract): void {
  describe(`${name} as a CaptionEncoder`, () => {
    it('gives one finite row a caption, in order', async () => {
      const encoder = await open();
      expect(encoder.id).not.toBe('');
      const { data, shape } = await encoder.encode(captions);
      expect(shape).toEqual([3, encoder.dim]);
      expect(data).toHaveLength(3 * encoder.dim);
      expect(data.every(Number.isFinite)).toBe(true);
      const rows = [0, 1, 2].map((row) => data.slice(row * encoder.dim, (row + 1) * encoder.dim));
      expect(rows[0]).not.toEqual(rows[1]);
      expect(rows[1]).not.toEqual(rows[2]);
      const turned = await encoder.encode([...captions].reverse());
      expectAllClose(
        turned.data,
        [...rows].reverse().flatMap((row) => [...row]),
      );
      encoder.dispose?.();
    });

    it('is deterministic, whatever stands beside a caption', async () => {
      const encoder = await open();
      const together = (await encoder.encode(captions)).data.slice();
      expect((await encoder.encode(captions)).data).toEqual(together);
      for (const [row, caption] of captions.entries()) {
        const { data } = await encoder.encode([caption]);
        expectAllClose(together.subarray(row * encoder.dim, (row + 1) * encoder.dim), data);
      }
      encoder.dispose?.();
    });

    it('takes no captions at all, and refuses an empty one', async () => {
      const encoder = await open();
      const { data, shape } = await encoder.encode([]);
      expect([data.length, ...shape]).toEqual([0, 0, encoder.dim]);
      await expect(encoder.encode([captions[0], ''])).rejects.toSatisfy(ConfigError.isInstance);
      encoder.dispose?.();
    });

    it('embeds again after it was disposed of', async () => {
      const encoder = await open();
      const { data } = await encoder.encode(captions);
      const before = data.slice();
      encoder.dispose?.();
      expect((await encoder.encode(captions)).data).toEqual(before);
      encoder.dispose?.();
    });
  });
}
