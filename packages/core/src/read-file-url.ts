/** Reads a file on disk for code that also runs in browsers: `fetch` of Node reads none. */

/**
 * The bytes behind a `file:` address. Node's file system is asked for in a way that bundlers for browsers do not follow.
 * @throws Error, as Node's file system does, when nothing can be read there; outside Node always
 */
export async function readFileUrl(
  url: URL,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Uint8Array> {
  const files = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  if (files === undefined) throw new Error('files can only be read in Node 20.16 or later');
  if (!(await files.stat(url)).isFile()) throw new Error(`${url.href} is no file`); // a named pipe would hang
  return files.readFile(url, { signal });
}
