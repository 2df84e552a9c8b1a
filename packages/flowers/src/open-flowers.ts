/** Opens the flowers: the model of this package, or the same files elsewhere. */

import { type OpenPublishedModelOptions, openPublishedModel, type PublishedModel } from '@t2i/published-model';
import { modelFiles } from './model-files.ts';

/** As `openPublishedModel` of `@t2i/published-model` takes them; none is needed. */
export interface OpenFlowersOptions extends Omit<OpenPublishedModelOptions, 'baseUrl'> {
  /** Address of a directory with the three files, where they are not beside this package: a CDN for instance. */
  readonly from?: URL | string;
}

/**
 * The model, ready to draw. A backend must have been chosen: `selectBackend` of `@t2i/backend`, or `tf.setBackend`.
 * @throws CheckpointError when a file is missing, truncated or damaged: never random images
 * @throws T2iError `ERR_FETCH` in a browser, when nobody answers
 * @example
 * const flowers = await openFlowers();
 * const images = await flowers.generate({ captions: ['this flower has white petals and a yellow centre'], seed: 7 });
 */
export function openFlowers({ from, ...options }: OpenFlowersOptions = {}): Promise<PublishedModel> {
  return openPublishedModel({ baseUrl: from ?? modelFiles, ...options });
}
