/** Embeddings of many captions, computed once and kept in one file. */

import { createHash } from 'node:crypto';
import type { Logger } from '@t2i/core';
import { silentLogger } from '@t2i/core';
import { exists } from '@t2i/core/node';
import { writeStateFile } from '@t2i/formats/node';
import { type Precision, withPrecision } from '../embedding-table.ts';
import type { PrecomputeOptions } from '../precompute.ts';
import { precompute } from '../precompute.ts';
import { EMBEDDINGS_FORMAT, EmbeddingFile } from './embedding-file.ts';

export interface CachedEmbeddingsOptions extends PrecomputeOptions {
  readonly cacheFile: string;
  /** Bits of each number. Default: those of the file, and 16 for a new one. */
  readonly precision?: Precision | undefined;
  readonly logger?: Logger | undefined;
}

/**
 * Opens the embeddings in `cacheFile` if it holds exactly those of this encoder and these captions. Otherwise it computes and writes them first.
 * They are all in memory while they are computed, and none of them afterwards. The caller closes the file.
 * @throws CheckpointError when the file is damaged or not such a cache; it is then never overwritten
 * @throws ConfigError when a number is too large for 16 bits; T2iError `ERR_WRITE` when the file cannot be written
 */
export async function cachedEmbeddings(options: CachedEmbeddingsOptions): Promise<EmbeddingFile> {
  const { encoder, captions, cacheFile, precision } = options;
  const source = { encoder: encoder.id, captions: hashCaptions(captions) };
  const kept = (await exists(cacheFile)) ? await openKept(options, source) : undefined;
  if (kept !== undefined) return kept;
  const embeddings = await precompute(options);
  const data = withPrecision(embeddings, precision ?? 'float16');
  const dtype = data instanceof Uint16Array ? 'F16' : 'F32';
  await writeStateFile(cacheFile, {
    tensors: { embeddings: { dtype, shape: embeddings.shape, data } },
    metadata: { format: EMBEDDINGS_FORMAT, ...source, sha256: createHash('sha256').update(data).digest('hex') },
  });
  return EmbeddingFile.open(cacheFile);
}

type Source = Readonly<Record<'encoder' | 'captions', string>>;

/** The file if it holds the requested embeddings; otherwise logs the mismatch. */
async function openKept(
  { cacheFile, precision, logger = silentLogger }: CachedEmbeddingsOptions,
  source: Source,
): Promise<EmbeddingFile | undefined> {
  const file = await EmbeddingFile.open(cacheFile);
  const isSame = file.metadata.encoder === source.encoder && file.metadata.captions === source.captions;
  try {
    if (isSame && (precision ?? file.precision) === file.precision) {
      await file.verify();
      return file;
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  const holds = isSame
    ? `these embeddings in ${file.precision}`
    : 'the embeddings of another encoder or other captions';
  logger.info(`${cacheFile} holds ${holds}: computing them again.`);
  return undefined;
}

/** Each caption is preceded by its length, so that no two lists read the same. */
function hashCaptions(captions: readonly string[]): string {
  const hash = createHash('sha256');
  for (const caption of captions) hash.update(`${caption.length}:${caption}`);
  return hash.digest('hex');
}
