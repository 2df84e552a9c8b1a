/** What the program of a bundle imports: it unpacks the data, and knows where everything is. */

import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Logger } from '@t2i/core';
import { writeDirectoryAtomic } from '@t2i/core/node';
import { restoreDataset } from '@t2i/dataset/node';
import { makeOnce, unpackArchive } from './archive.ts';
import { BUNDLE_FILES, type Bundled, unpackedPlaces } from './facts.ts';

export type { Bundled, BundledProgram, BundleFacts } from './facts.ts';
export { BUNDLE_FILES, unpackedPlaces } from './facts.ts';

/**
 * Unpacks the data of a bundle once; does nothing for a bundle without data.
 * @throws T2iError `ERR_BUNDLE` when the file is damaged
 */
export async function unpackData({ bundle, cache, facts }: Bundled, logger: Logger): Promise<void> {
  const sha256 = facts.parts.data;
  if (sha256 === undefined) return;
  const { data, set } = unpackedPlaces(cache);
  await makeOnce(data, () => {
    logger.info(`Unpacking the data into ${data}`);
    return writeDirectoryAtomic(data, async (temporary) => {
      const [condensed, restored] = [join(temporary, 'condensed'), join(temporary, basename(set))];
      await unpackArchive(join(bundle, BUNDLE_FILES.data), sha256, condensed);
      await restoreDataset(condensed, restored);
      const embeddings = join(condensed, 'embeddings');
      if (existsSync(embeddings)) await rename(embeddings, join(restored, 'embeddings'));
      await rm(condensed, { recursive: true });
    });
  });
}
