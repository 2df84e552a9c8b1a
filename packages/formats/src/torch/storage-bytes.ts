import { type ByteSource, readRange } from '../byte-source.ts';
import { dataOffset, readZipEntry, type ZipEntry } from '../zip/zip.ts';

/** Most bytes of a deflated storage, which PyTorch itself never writes. */
const MAX_DEFLATED_BYTES = 2 ** 30;

/** Bytes `[begin, end)` of a file of an archive. A whole file is compared with its checksum; a part cannot be. */
export async function storageBytes(
  source: ByteSource,
  entry: ZipEntry,
  begin: number,
  end: number,
): Promise<Uint8Array> {
  const isStored = entry.method === 0;
  if (!isStored || (begin === 0 && end === entry.size)) {
    const whole = await readZipEntry(source, entry, isStored ? entry.size : MAX_DEFLATED_BYTES);
    return whole.subarray(begin, end);
  }
  const offset = await dataOffset(source, entry);
  return readRange(source, offset + begin, offset + end);
}
