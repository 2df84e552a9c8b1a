/** The model that a command generates images with: the included flower model, unless `--run` names another. */

import type { Logger } from '@t2i/core';
import { modelDirectory } from '@t2i/flowers/node';
import type { TextToImage } from '@t2i/published-model';
import { isModelDirectory, openModelDirectory } from '@t2i/published-model/node';
import { Option } from 'commander';

/** The `--run` flag of a command that generates images. */
export function runOption(): Option {
  return new Option(
    '--run <directory>',
    'a run of `t2i train`, or an exported model (default: the included flower model)',
  );
}

/** The directory, or that of the included flower model. */
export const directoryOrFlowers = (directory: string | undefined): string => directory ?? modelDirectory;

/** The name of the model in messages. */
export const nameOf = (directory: string | undefined): string => directory ?? '@t2i/flowers';

/**
 * Opens a model. The code for runs is loaded only for a run. A backend must have been selected.
 * @throws CheckpointError when a part is missing or damaged: never random weights
 */
export async function openModel(directory: string | undefined, logger: Logger): Promise<TextToImage> {
  if (directory === undefined || (await isModelDirectory(directory)))
    return openModelDirectory(directoryOrFlowers(directory), logger);
  const { TextToImagePipeline } = await import('@t2i/pipeline');
  return TextToImagePipeline.open(directory, logger);
}
