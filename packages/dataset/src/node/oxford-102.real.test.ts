import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { oxfordDirectory } from '../__fixtures__/oxford-directory.ts';
import { openDataset } from './packed-dataset.ts';
import { prepareOxford102 } from './prepare-oxford-102.ts';
import { verifyDataset } from './verify.ts';

const PILLOW_SHA256 = '64454ef4361f8afd41f83c49e54f2a18b5b5bb14e26eaaa9dfe948403cd09b6f';

describe.skipIf(oxfordDirectory === undefined)('the real Oxford-102', () => {
  it('is prepared whole, opens without its pixels in memory, and has the known facts', {
    timeout: 300_000,
  }, async () => {
    await withTemporaryDirectory(async (cacheDirectory) => {
      const { directory, manifest } = await prepareOxford102({ from: oxfordDirectory, cacheDirectory });
      // of the photos as Pillow 12.3 decodes and shrinks them (bench/peer_pillow.py --keep)
      expect(manifest.files['images.u8'].sha256).toBe(PILLOW_SHA256);

      const before = process.memoryUsage();
      const dataset = await openDataset(directory);
      const after = process.memoryUsage();
      // the 142 MB of pixels stay on disk: captions take 6 MB, the item list as text and records less than 20
      expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(16e6);
      expect(after.heapUsed - before.heapUsed).toBeLessThan(32e6);

      const { info, problems, notes } = await verifyDataset(directory);
      expect(problems).toEqual([]);
      expect(info).toMatchObject({
        images: 8189,
        captions: 81_890,
        captionsPerImage: [10, 10],
        longCaptions: 76,
        classes: 102,
        imagesPerClass: [40, 258],
        classDisjoint: true,
        splits: {
          train: { images: 5878, classes: 62 },
          val: { images: 1156, classes: 20 },
          test: { images: 1155, classes: 20 },
        },
      });
      expect(notes.filter((note) => note.startsWith('identical'))).toEqual([
        'identical images: image_07307.jpg = image_07309.jpg',
        'identical images: image_07323.jpg = image_07328.jpg',
        'identical images: image_07885.jpg = image_07886.jpg',
        'identical images: image_08067.jpg = image_08077.jpg',
      ]);

      // image_06734 is the first of class 1, "pink primrose"; its first caption by eye from the archive
      expect(dataset.classNames[dataset.labels[6733]!]).toBe('pink primrose');
      expect(dataset.captions(6733)[0]).toBe('the petals of the flower are pink in color and have a yellow center.');
      await dataset.close();
    });
  });
});
