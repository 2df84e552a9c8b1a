/** Opens the flower model of this package, or its files at another URL. */

import { type OpenPublishedModelOptions, openPublishedModel, type PublishedModel } from '@t2i/published-model';
import { modelFiles } from './model-files.ts';

/** The options of `openPublishedModel` in `@t2i/published-model`; all are optional. */
export interface OpenFlowersOptions extends Omit<OpenPublishedModelOptions, 'baseUrl'> {
  /** URL of a directory with the three files, for example on a CDN. Default: the files of this package. */
  readonly from?: URL | string;
}

/**
 * Opens the model. Select a backend first, with `selectBackend` of `@t2i/backend` or with `tf.setBackend`.
 * @throws CheckpointError when a file is missing, truncated or damaged
 * @throws T2iError `ERR_FETCH` in a browser, when there is no response
 * @example
 * const flowers = await openFlowers();
 * const images = await flowers.generate({ captions: ['this flower has white petals and a yellow centre'], seed: 7 });
 */
export function openFlowers({ from, ...options }: OpenFlowersOptions = {}): Promise<PublishedModel> {
  return openPublishedModel({ baseUrl: from ?? modelFiles, ...options });
}
