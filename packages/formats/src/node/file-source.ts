import type { FileHandle } from 'node:fs/promises';
import type { ByteSource } from '../byte-source.ts';

/** An open file as a source that is read by ranges. The caller closes it. */
export async function fileSource(file: FileHandle): Promise<ByteSource> {
  const { size } = await file.stat();
  return {
    size,
    read: async (begin, end) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - begin));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, begin + filled);
        if (bytesRead === 0) break; // the file has become shorter
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    },
  };
}
