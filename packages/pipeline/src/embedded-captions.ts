/** Embeds the captions of a data set once: training needs them in every step. */

import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CaptionEncoder, type Logger, silentLogger, type TextImageDataset } from '@t2i/core';
import { directoryInside } from '@t2i/core/node';
import { BagOfWords, type Precision, PrecomputedEncoder, precompute, tableInMemory } from '@t2i/text-encoder';
import { cachedEmbeddings, type EmbeddingFile } from '@t2i/text-encoder/node';
import type { RunConfig } from './run-config.ts';

const PROGRESS_EVERY_MS = 15_000;

export interface EmbedOptions {
  /** Bits of each number; default: those of an existing file, otherwise 16. */
  readonly precision?: Precision | undefined;
  readonly logger?: Logger | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An encoder with precomputed embeddings of the captions. */
export interface EmbeddedCaptions {
  readonly encoder: CaptionEncoder;
  /** Closes the file behind it. */
  close(): Promise<void>;
}

/**
 * Embeds every caption of the data set unless that was done before; other captions go through the encoder.
 * A prepared data set keeps the embeddings in its directory. Where it cannot write them, they stay in memory, with the same values.
 * A bag of words is left as it is: it is faster than a file.
 */
export async function embedCaptions(
  encoder: CaptionEncoder & { readonly kind: string },
  dataset: TextImageDataset,
  data: RunConfig['data'],
  options: EmbedOptions = {},
): Promise<EmbeddedCaptions> {
  if (encoder.kind === BagOfWords.kind) return { encoder, close: async () => {} };
  const known = { id: encoder.id, captions: captionsOf(dataset), fallback: encoder };
  if (data.kind === 'prepared' && (await canWrite(data.directory, options.logger))) {
    const embeddings = await cacheCaptions(encoder, dataset, data.directory, options);
    return { encoder: new PrecomputedEncoder({ ...known, embeddings }), close: () => embeddings.close() };
  }
  const table = await precompute(workOf(encoder, dataset, options));
  const embeddings = tableInMemory(table, options.precision ?? 'float16');
  return { encoder: new PrecomputedEncoder({ ...known, embeddings }), close: async () => {} };
}

/**
 * The embeddings of every caption, kept beside a prepared data set: row by row in the order of items. The caller closes the file.
 * @throws CheckpointError for a damaged file; T2iError `ERR_WRITE` when the file cannot be written
 */
export function cacheCaptions(
  encoder: CaptionEncoder,
  dataset: TextImageDataset,
  directory: string,
  options: EmbedOptions,
): Promise<EmbeddingFile> {
  const cacheFile = join(directory, EMBEDDINGS, `${encoder.id}.safetensors`);
  const { precision, logger } = options;
  return cachedEmbeddings({ ...workOf(encoder, dataset, options), cacheFile, precision, logger });
}

/** In the directory of a prepared set. */
const EMBEDDINGS = 'embeddings';

const captionsOf = (dataset: TextImageDataset) =>
  Array.from({ length: dataset.size }, (_, item) => dataset.captions(item)).flat();

function workOf(encoder: CaptionEncoder, dataset: TextImageDataset, { logger, signal }: EmbedOptions) {
  return { encoder, captions: captionsOf(dataset), signal, onProgress: progressLines(logger) };
}

/** False, too, where a link leads out of the data set. */
async function canWrite(directory: string, logger = silentLogger): Promise<boolean> {
  const embeddings = join(directory, EMBEDDINGS);
  try {
    await mkdir(embeddings, { recursive: true });
    await access(await directoryInside(directory, EMBEDDINGS), constants.W_OK);
    return true;
  } catch {
    logger.warn(`Cannot write ${embeddings}: the embeddings of the captions stay in memory for this training only.`);
    return false;
  }
}

/** Says every now and then how far it has come; nothing when it takes no time. */
function progressLines(logger = silentLogger): (done: number, total: number) => void {
  const start = performance.now();
  let said = start;
  return (done, total) => {
    const now = performance.now();
    if (now - said < PROGRESS_EVERY_MS) return;
    said = now;
    logger.info(`Embedding captions: ${done} of ${total}, ${((done * 1000) / (now - start)).toFixed(0)} a second`);
  };
}
