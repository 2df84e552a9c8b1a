/** What the drawing commands draw with: the flowers that come with t2i, unless a folder is named. */

import type { Logger } from '@t2i/core';
import { modelFolder } from '@t2i/flowers/node';
import type { TextToImage } from '@t2i/published-model';
import { isModelFolder, openModelFolder } from '@t2i/published-model/node';
import { Option } from 'commander';

/** The `--run` flag of a command that draws. */
export function runOption(): Option {
  return new Option(
    '--run <folder>',
    'folder written by `t2i train` or `t2i export` (default: the flowers that come with t2i)',
  );
}

/** The folder, or that of the flowers. */
export const folderOrFlowers = (folder: string | undefined): string => folder ?? modelFolder;

/** What people read in the place of a folder. */
export const nameOf = (folder: string | undefined): string => folder ?? '@t2i/flowers';

/**
 * Opens a folder; only for a run is loaded what knows runs. An engine must have been chosen.
 * @throws CheckpointError when a part is missing or damaged: never random weights
 */
export async function openDrawingModel(folder: string | undefined, logger: Logger): Promise<TextToImage> {
  if (folder === undefined || (await isModelFolder(folder))) return openModelFolder(folderOrFlowers(folder), logger);
  const { TextToImagePipeline } = await import('@t2i/pipeline');
  return TextToImagePipeline.open(folder, logger);
}
