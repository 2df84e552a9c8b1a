/** Reads a file on disk for code that also runs in browsers. Node's `fetch` cannot read files. */

/**
 * The bytes of a `file:` URL. Node's file system is imported in a way that bundlers for browsers do not follow.
 * @throws Error of Node's file system if the file cannot be read; outside Node always
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
