/** sharp, once it is needed: loading its library costs a tenth of a second, and small PNGs do without. */

import type sharp from 'sharp';

let loading: Promise<typeof sharp> | undefined;

/** The same module at every call. */
export function loadSharp(): Promise<typeof sharp> {
  loading ??= import('sharp').then(({ default: loaded }) => {
    // Every image is decoded once here, so a cache of operations is never hit and costs an eighth of the time.
    loaded.cache(false);
    return loaded;
  });
  return loading;
}
