/** Embeddings of many captions in one safetensors file, read in ranges: only a step's rows, of 168 MB for 81,890 captions. */

import type { FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { assert, CheckpointError, fromFloat16 } from '@t2i/core';
import { hashOpenFile, openInside, readProblem } from '@t2i/core/node';
import { readSafetensorsHeader, type SafetensorsHeader } from '@t2i/formats';
import type { EmbeddingTable, Precision } from '../embedding-table.ts';

export const EMBEDDINGS_FORMAT = 't2i-embeddings-1';
const TENSOR = 'embeddings';
const LONGEST_HEADER = 65_536; // a few hundred bytes are usual
const DELETE_IT = 'Delete the file and run again.';

/** An open file of embeddings. */
export class EmbeddingFile implements EmbeddingTable {
  readonly shape: readonly [n: number, dim: number];
  readonly precision: Precision;
  readonly path: string;
  /** The metadata of the numbers: their encoder, and hashes of captions and numbers. */
  readonly metadata: SafetensorsHeader['metadata'];
  readonly #file: FileHandle;
  readonly #begin: number;
  readonly #end: number;

  private constructor(path: string, file: FileHandle, header: SafetensorsHeader) {
    const { dtype, shape, begin, end } = header.tensors[TENSOR]!;
    this.path = path;
    this.shape = [shape[0]!, shape[1]!];
    this.precision = dtype === 'F16' ? 'float16' : 'float32';
    this.metadata = header.metadata;
    this.#file = file;
    this.#begin = begin;
    this.#end = end;
  }

  /** @throws CheckpointError when the file is of another kind or truncated */
  static async open(path: string): Promise<EmbeddingFile> {
    const file = await openInside(dirname(path), basename(path)).catch((cause: unknown) => {
      throw new CheckpointError(`Cannot read ${path}: ${readProblem(cause)}`, { hint: DELETE_IT, cause });
    });
    try {
      const { size } = await file.stat();
      const head = new Uint8Array(Math.min(size, LONGEST_HEADER));
      await file.read(head, 0, head.length, 0);
      return new EmbeddingFile(path, file, readHeader(head, size, path));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async read(rows: readonly number[]): Promise<Float32Array> {
    const [n, dim] = this.shape;
    const found =
      this.precision === 'float16' ? new Uint16Array(rows.length * dim) : new Float32Array(rows.length * dim);
    const rowBytes = dim * found.BYTES_PER_ELEMENT;
    await Promise.all(
      rows.map(async (row, i) => {
        assert(row >= 0 && row < n, `row ${row} of ${n}`);
        const target = new Uint8Array(found.buffer, i * rowBytes, rowBytes);
        const { bytesRead } = await this.#file.read(target, 0, rowBytes, this.#begin + row * rowBytes);
        if (bytesRead !== rowBytes) throw damaged(this.path);
      }),
    );
    return found instanceof Uint16Array ? fromFloat16(found) : found;
  }

  /** Reads all of it: a fraction of a second. @throws CheckpointError when a bit has changed since it was written */
  async verify(): Promise<void> {
    const hash = await hashOpenFile(this.#file, { begin: this.#begin, end: this.#end });
    if (hash !== this.metadata.sha256) throw damaged(this.path);
  }

  /** Closes the file; nothing can be read afterwards. */
  async close(): Promise<void> {
    await this.#file.close();
  }
}

function readHeader(head: Uint8Array, size: number, path: string): SafetensorsHeader {
  let header: SafetensorsHeader;
  try {
    header = readSafetensorsHeader(head, size, path);
  } catch (cause) {
    throw new CheckpointError((cause as Error).message, { hint: DELETE_IT, cause });
  }
  if (header.metadata.format !== EMBEDDINGS_FORMAT) {
    throw new CheckpointError(`${path} is not a cache of embeddings.`, { hint: 'Choose another file for the cache.' });
  }
  const { dtype = 'none', shape = [] } = header.tensors[TENSOR] ?? {};
  if (shape.length !== 2 || !['F16', 'F32'].includes(dtype)) throw damaged(path);
  return header;
}

function damaged(path: string): CheckpointError {
  return new CheckpointError(`The embeddings in ${path} are damaged.`, { hint: DELETE_IT });
}
