/** Minibatches for training steps, prepared ahead and resumable to the exact batch. */

import type {
  BatchSource,
  CaptionEncoder,
  EmbeddingBatch,
  ImageBatch,
  JsonValue,
  Mismatch,
  Ranks,
  Rng,
  RngState,
  TextImageDataset,
  TrainBatch,
} from '@t2i/core';
import { assert, CheckpointError, ConfigError, shareOf, singleProcess } from '@t2i/core';
import type { PairSamplerOptions, SampledPair } from './sampler.ts';
import { PairSampler } from './sampler.ts';
import type { View } from './transforms.ts';
import { centreView, checkCrop, cutViews, drawView } from './transforms.ts';

export interface BatchSourceOptions extends PairSamplerOptions {
  readonly dataset: TextImageDataset;
  readonly encoder: CaptionEncoder;
  /** Rows per batch; if several ranks train together, of all ranks. */
  readonly batchSize: number;
  /** Side of the images in the batches in pixels, at most the stored size. */
  readonly imageSize: number;
  /** The part of a mismatching pair from another class: `text`, `image` or `none`. The stream of matching pairs does not depend on it. */
  readonly mismatch: Mismatch;
  /** Whether to crop and mirror at random; otherwise the centre crop. Default true. */
  readonly augment?: boolean | undefined;
  /** Its current state determines the stream. The source uses a fork of it. */
  readonly rng: Rng;
  /**
   * The rank of this process if several ranks train together. All ranks draw one stream from the state of `rng`. Rank r of n gets
   * rows r·batchSize/n … (r+1)·batchSize/n of every batch and reads no others. A state fits any number of ranks. Default: the only rank.
   */
  readonly ranks?: Ranks | undefined;
  /** Batches prepared ahead. Default 2; 0 prepares on demand. */
  readonly prefetch?: number | undefined;
}

/** All random choices of one batch, drawn before anything is read. */
interface Plan {
  /** The position in the stream just before this batch. */
  readonly position: RngState;
  readonly pairs: readonly SampledPair[];
  readonly views: readonly View[];
  readonly wrongViews: readonly View[];
}

interface Prepared {
  readonly plan: Plan;
  readonly batch: Promise<TrainBatch>;
}

/**
 * An endless stream of minibatches from a data set and an encoder.
 * @throws ConfigError if a size does not fit
 * @throws DatasetError if the splits have fewer than two classes
 */
export function createBatchSource(options: BatchSourceOptions): BatchSource {
  return new PrefetchingSource(options);
}

/** Callers await each `next` before they call it again. They may call `state` at any time in between. */
class PrefetchingSource implements BatchSource {
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  readonly #options: BatchSourceOptions;
  readonly #prefetch: number;
  /** The rows of a batch that this rank returns. */
  readonly #share: readonly [from: number, to: number];
  readonly #rng: Rng;
  readonly #sampler: PairSampler;
  #ahead: Prepared[] = [];
  #closed = false;

  constructor(options: BatchSourceOptions) {
    const { dataset, batchSize, imageSize, prefetch = 2, ranks = singleProcess } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new ConfigError(`A batch must hold at least one pair, got ${batchSize}.`);
    }
    if (!Number.isInteger(prefetch) || prefetch < 0) throw new ConfigError(`prefetch must be ≥ 0, got ${prefetch}.`);
    if (options.editedShare && options.mismatch !== 'text') {
      throw new ConfigError(
        `Edited captions are mismatching texts, but this model's mismatch is ${options.mismatch}.`,
        {
          hint: 'Train with the mismatch `text`, or without edited captions.',
        },
      );
    }
    checkCrop(dataset.storedSize, imageSize);
    this.#options = options;
    this.#prefetch = prefetch;
    this.#share = shareOf(batchSize, ranks);
    this.#rng = options.rng.fork();
    this.#sampler = new PairSampler(dataset, this.#rng, options);
    this.batchSize = batchSize;
    this.batchesPerEpoch = Math.ceil(this.#sampler.size / batchSize);
  }

  async next(): Promise<TrainBatch> {
    assert(!this.#closed, 'next() after close()');
    const prepared = this.#ahead.shift() ?? this.#prepare();
    while (this.#ahead.length < this.#prefetch) this.#ahead.push(this.#prepare());
    try {
      return await prepared.batch;
    } catch (error) {
      // A failed batch is not skipped: the next call tries it again.
      this.#rewind(prepared.plan.position);
      throw error;
    }
  }

  state(): JsonValue {
    const position = this.#ahead[0]?.plan.position ?? this.#sampler.state();
    return { dataset: this.#options.dataset.fingerprint, position };
  }

  load(state: JsonValue): void {
    const { dataset, position } = (state ?? {}) as { dataset?: unknown; position?: unknown };
    const { name, fingerprint } = this.#options.dataset;
    if (typeof dataset !== 'string' || !Array.isArray(position)) {
      throw new CheckpointError('The saved position in the data is not one of a batch source.');
    }
    if (dataset !== fingerprint) {
      throw new CheckpointError(
        `The saved position belongs to data with the fingerprint ${dataset}; "${name}" has ${fingerprint}.`,
        { hint: 'Resume with the data the run was started on.' },
      );
    }
    this.#rewind(position as unknown as RngState);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const open = this.#ahead;
    this.#ahead = [];
    await Promise.allSettled(open.map(({ batch }) => batch));
  }

  #rewind(position: RngState): void {
    this.#sampler.load(position);
    this.#ahead = [];
  }

  #prepare(): Prepared {
    const plan = this.#plan();
    const batch = this.#build(plan);
    // The next() for this batch reports a failure; until then it must not count as unhandled.
    batch.catch(() => {});
    return { plan, batch };
  }

  #plan(): Plan {
    const { dataset, imageSize, augment = true } = this.#options;
    const position = this.#sampler.state();
    const pairs = Array.from({ length: this.batchSize }, () => this.#sampler.next());
    const view = () =>
      augment ? drawView(this.#rng, dataset.storedSize, imageSize) : centreView(dataset.storedSize, imageSize);
    // Views of wrong images are drawn even if none are needed, so that the stream is the same for every kind of mismatch.
    const [views, wrongViews] = [pairs.map(view), pairs.map(view)];
    const share = <T>(rows: readonly T[]) => rows.slice(...this.#share);
    return { position, pairs: share(pairs), views: share(views), wrongViews: share(wrongViews) };
  }

  async #build({ pairs, views, wrongViews }: Plan): Promise<TrainBatch> {
    const { mismatch } = this.#options;
    const right = pairs.map(({ captions }) => captions);
    const wrong = mismatch === 'text' ? pairs.map(({ wrongCaptions }) => wrongCaptions) : [];
    const items = pairs.map(({ item }) => item);
    const wrongItems = pairs.map(({ wrongItem }) => wrongItem);
    const [images, wrongImages, embeddings] = await Promise.all([
      this.#images(items, views),
      mismatch === 'image' ? this.#images(wrongItems, wrongViews) : undefined,
      this.#embeddings([...right, ...wrong]),
    ]);
    return {
      images,
      embeddings: rows(embeddings, 0, right.length),
      ...(mismatch === 'text' && { wrongEmbeddings: rows(embeddings, right.length, 2 * right.length) }),
      ...(wrongImages && { wrongImages }),
    };
  }

  async #images(items: readonly number[], views: readonly View[]): Promise<ImageBatch> {
    const { dataset, imageSize } = this.#options;
    const pixels = await dataset.readImages(items);
    const data = cutViews(pixels, dataset.storedSize, views, imageSize);
    return { data, shape: [items.length, imageSize, imageSize, 3] };
  }

  /** One row per condition: the mean over its captions' embeddings. */
  async #embeddings(conditions: readonly (readonly string[])[]): Promise<EmbeddingBatch> {
    const { encoder, numCaptions = 1 } = this.#options;
    const encoded = await encoder.encode(conditions.flat());
    const [n, dim] = encoded.shape;
    assert(n === conditions.length * numCaptions, `${n} embeddings for ${conditions.length}·${numCaptions} captions`);
    if (numCaptions === 1) return encoded;
    const data = new Float32Array(conditions.length * dim);
    for (let row = 0; row < n; row++) {
      const to = Math.floor(row / numCaptions) * dim;
      for (let k = 0; k < dim; k++) data[to + k]! += encoded.data[row * dim + k]! / numCaptions;
    }
    return { data, shape: [conditions.length, dim] };
  }
}

function rows({ data, shape: [, dim] }: EmbeddingBatch, from: number, to: number): EmbeddingBatch {
  return { data: data.subarray(from * dim, to * dim), shape: [to - from, dim] };
}
