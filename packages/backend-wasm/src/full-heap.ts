/** Makes an allocation that does not fit into the wasm heap an error. The published backend continues at address 0. */

import { BackendError } from '@t2i/core';

/** The part of the compiled module that allocation needs. */
export interface Allocator {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** The compiled allocator treats sizes from here on as negative. */
const TOO_LARGE = 2 ** 31;

const guarded = new WeakSet<Allocator>();

/** Wraps the allocator of a module, once. */
export function refuseWhenFull(module: Allocator): void {
  if (guarded.has(module)) return;
  guarded.add(module);
  module._free(module._malloc(1)); // the first call replaces the member by the compiled function
  const allocate = module._malloc;
  module._malloc = (bytes) => {
    const address = bytes < TOO_LARGE ? allocate(bytes) : 0;
    if (address !== 0 || bytes === 0) return address;
    throw new BackendError(
      `The backend wasm cannot allocate ${bytes} more bytes. It is limited to 4 GiB, and to 2 GiB per tensor.`,
      {
        hint: 'Use a smaller batch or a smaller model, or the backend native.',
      },
    );
  };
}
