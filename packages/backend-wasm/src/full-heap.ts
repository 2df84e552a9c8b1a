/** Makes an allocation that does not fit into the wasm heap an error. By itself the backend would go on, at address 0. */

import { BackendError } from '@t2i/core';

/** As much of the compiled module as allocation needs. */
export interface Allocator {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** From here on the compiled allocator takes a size for a negative one. */
const TOO_LARGE = 2 ** 31;

const guarded = new WeakSet<Allocator>();

/** Wraps the allocator of a module, once. */
export function refuseWhenFull(module: Allocator): void {
  if (guarded.has(module)) return;
  guarded.add(module);
  module._free(module._malloc(1)); // the first call replaces the member by the compiled function: let it happen now
  const allocate = module._malloc;
  module._malloc = (bytes) => {
    const address = bytes < TOO_LARGE ? allocate(bytes) : 0;
    if (address !== 0 || bytes === 0) return address;
    throw new BackendError(
      `The backend wasm has no room for ${bytes} bytes more: it holds 4 GiB, and 2 GiB in one piece.`,
      {
        hint: 'Use a smaller batch or a smaller model, or the backend native.',
      },
    );
  };
}
