/** Loads sharp on demand: loading its library costs a tenth of a second, and small PNGs do not need it. */

import type sharp from 'sharp';

let loading: Promise<typeof sharp> | undefined;

/** Every call returns the same module. */
export function loadSharp(): Promise<typeof sharp> {
  loading ??= import('sharp').then(({ default: loaded }) => {
    // Every image is decoded once here, so a cache of operations is never hit and costs an eighth of the time.
    loaded.cache(false);
    return loaded;
  });
  return loading;
}
