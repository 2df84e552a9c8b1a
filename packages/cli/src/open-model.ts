/** What the drawing commands draw with: the flowers that come with t2i, unless a directory is named. */

import type { Logger } from '@t2i/core';
import { modelDirectory } from '@t2i/flowers/node';
import type { TextToImage } from '@t2i/published-model';
import { isModelDirectory, openModelDirectory } from '@t2i/published-model/node';
import { Option } from 'commander';

/** The `--run` flag of a command that draws. */
export function runOption(): Option {
  return new Option(
    '--run <directory>',
    'directory written by `t2i train` or `t2i export` (default: the flowers that come with t2i)',
  );
}

/** The directory, or that of the flowers. */
export const directoryOrFlowers = (directory: string | undefined): string => directory ?? modelDirectory;

/** What people read in the place of a directory. */
export const nameOf = (directory: string | undefined): string => directory ?? '@t2i/flowers';

/**
 * Opens a directory; only for a run is loaded what knows runs. A backend must have been chosen.
 * @throws CheckpointError when a part is missing or damaged: never random weights
 */
export async function openModel(directory: string | undefined, logger: Logger): Promise<TextToImage> {
  if (directory === undefined || (await isModelDirectory(directory)))
    return openModelDirectory(directoryOrFlowers(directory), logger);
  const { TextToImagePipeline } = await import('@t2i/pipeline');
  return TextToImagePipeline.open(directory, logger);
}
