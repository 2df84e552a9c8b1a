/** Files of models, kept by their hash: a second visit downloads nothing, and a changed file is another one. */

import type { ModelFile } from './manifest.ts';
import { assertIntact } from './published-model.ts';

/** As much of the browser's `Cache` as is used: `await caches.open('…')` in a page of https or localhost. */
export type FileCache = Pick<Cache, 'match' | 'put' | 'delete'>;

const keyOf = (url: URL, { sha256 }: ModelFile) => `${url.href}?sha256=${sha256}`;

/** A kept file; undefined when it is not there, or is and was damaged. */
export async function readKept(cache: FileCache, url: URL, file: ModelFile): Promise<Uint8Array | undefined> {
  try {
    const response = await cache.match(keyOf(url, file));
    if (response === undefined) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    await assertIntact(file, bytes);
    return bytes;
  } catch {
    return undefined; // a cache that fails costs a download, nothing else
  }
}

/** Keeps a file in the place of those of the same name that came before it. */
export async function keep(cache: FileCache, url: URL, file: ModelFile, bytes: Uint8Array): Promise<void> {
  try {
    await cache.delete(url.href, { ignoreSearch: true });
    await cache.put(keyOf(url, file), new Response(bytes as Uint8Array<ArrayBuffer>));
  } catch {
    // no room: the next visit downloads again
  }
}
