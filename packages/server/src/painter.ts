/** A model and its encoder as something that draws cells: images of captions, or of places between two (paper, section 5.3). */

import {
  assert,
  type CaptionEncoder,
  type CaptionReading,
  ConfigError,
  createNoises,
  type JsonValue,
  type RgbImage,
  type TextToImageModel,
  toRgbImages,
} from '@t2i/core';
import { CaptionEmbeddings, type Embeddings } from './caption-embeddings.ts';
import { isSameInEveryPlace, smallestEqualPass } from './smallest-equal-pass.ts';

/** One image to draw. The same cell gives the same pixels, whatever is drawn beside it. */
export interface Cell {
  readonly caption: string;
  /** Another caption, and how far towards it on the straight line between the embeddings, 0 … 1. */
  readonly towards?: { readonly caption: string; readonly share: number };
  readonly seed: number;
  /** Which noise of the seed, from 0: the i-th is also that of the i-th image of `TextToImagePipeline.generate`. */
  readonly index: number;
  /** The path of another noise of the seed: `index` counts those near to it (`createNoises`). */
  readonly like?: readonly number[];
}

/** In the place of an image: the encoder would not take the caption. */
export interface Refusal {
  readonly refused: string;
}

/** What a painter says about itself. Plain data: it crosses threads. */
export interface PainterFacts {
  /** Names the weights: two painters of one revision draw the same. Letters, digits, `.`, `_`, `-`. */
  readonly revision: string;
  readonly imageSize: number;
  readonly noiseDim: number;
  readonly embeddingDim: number;
  readonly encoder: string;
  /** The compute backend, in words. */
  readonly backend: string;
  /** Passes with fewer rows are filled up to `min`, so that rounding is the same in all. */
  readonly passRows: { readonly min: number; readonly max: number };
  /** Whether drawing leaves a processor free: then the next pass can be drawn while the images of the last one are sent. */
  readonly sparesCores: boolean;
  /** Anything to tell at `/v1/model`: configuration, epoch, hashes, figures. */
  readonly details: Readonly<Record<string, JsonValue>>;
}

export interface Painter {
  readonly facts: PainterFacts;
  /** One pass of the generator over at most `passRows.max` cells; a result for each cell, in order. */
  paint(cells: readonly Cell[]): Promise<(RgbImage | Refusal)[]>;
  /** How the encoder reads captions: a reading for each, in order, or none where it cannot tell. */
  read?(captions: readonly string[]): Promise<readonly CaptionReading[]>;
  /** Settles when the painter can paint no more though nobody disposed of it: its thread died. */
  readonly lost?: Promise<Error>;
  dispose(): void | Promise<void>;
}

export interface PainterOptions {
  readonly model: TextToImageModel;
  readonly encoder: CaptionEncoder;
  readonly revision: string;
  readonly backend?: string;
  /** Most rows in one pass; default 16. */
  readonly maxRows?: number;
  /** Whether the backend leaves a processor free; default false. */
  readonly sparesCores?: boolean;
  readonly details?: PainterFacts['details'];
}

/**
 * A painter in this thread, which owns the model from now on. While it paints, the thread does nothing else: see `openWorkerPainter`.
 * @throws ConfigError when the encoder is not of the model's embedding length
 */
export async function createPainter(options: PainterOptions): Promise<Painter> {
  const { model, encoder, revision, backend = 'unknown', maxRows = 16, sparesCores = false, details = {} } = options;
  if (encoder.dim !== model.embeddingDim) {
    throw new ConfigError(
      `The encoder ${encoder.id} gives ${encoder.dim} numbers, the model takes ${model.embeddingDim}.`,
      { hint: 'Use the encoder that the model was trained with.' },
    );
  }
  const { imageSize, noiseDim, embeddingDim } = model;
  const max = (await isSameInEveryPlace(model, maxRows)) ? maxRows : 1;
  const min = await smallestEqualPass(model, max);
  const embeddings = new CaptionEmbeddings(encoder);
  return {
    facts: {
      revision,
      imageSize,
      noiseDim,
      embeddingDim,
      encoder: encoder.id,
      backend,
      passRows: { min, max },
      sparesCores,
      details,
    },
    async paint(cells) {
      assert(cells.length >= 1 && cells.length <= max, `a pass has 1 to ${max} cells, not ${cells.length}`);
      const phi = await embeddings.of(captionsOf(cells));
      const drawn = cells.filter((cell) => refusalOf(cell, phi) === undefined);
      const images = drawn.length === 0 ? [] : await drawRows(model, drawn, phi, Math.max(min, drawn.length));
      let next = 0;
      return cells.map((cell) => refusalOf(cell, phi) ?? images[next++]!);
    },
    ...(encoder.read && { read: async (captions) => captions.map((caption) => encoder.read!(caption)) }),
    dispose: () => model.dispose(),
  };
}

function captionsOf(cells: readonly Cell[]): Set<string> {
  return new Set(
    cells.flatMap(({ caption, towards }) => (towards === undefined ? [caption] : [caption, towards.caption])),
  );
}

function refusalOf({ caption, towards }: Cell, phi: Embeddings): Refusal | undefined {
  const found = [phi.get(caption)!, ...(towards === undefined ? [] : [phi.get(towards.caption)!])];
  return found.find((value): value is Refusal => 'refused' in value);
}

/** Draws `rows` rows, those behind the cells a repetition of the last. */
async function drawRows(
  model: TextToImageModel,
  cells: readonly Cell[],
  phi: Embeddings,
  rows: number,
): Promise<RgbImage[]> {
  const { embeddingDim: dim, noiseDim } = model;
  const embeddings = new Float32Array(rows * dim);
  const noise = new Float32Array(rows * noiseDim);
  const noises = createNoises(noiseDim);
  for (let row = 0; row < rows; row++) {
    const cell = cells[Math.min(row, cells.length - 1)]!;
    writeEmbedding(embeddings.subarray(row * dim, (row + 1) * dim), cell, phi);
    noise.set(noises(cell.seed, [...(cell.like ?? []), cell.index]), row * noiseDim);
  }
  const batch = await model.generate({ embeddings: { data: embeddings, shape: [rows, dim] }, noise });
  const [, height, width] = batch.shape;
  const wanted = cells.length * height * width * 3;
  return toRgbImages({ data: batch.data.subarray(0, wanted), shape: [cells.length, height, width, 3] });
}

function writeEmbedding(row: Float32Array, { caption, towards }: Cell, phi: Embeddings): void {
  const from = phi.get(caption) as Float32Array;
  row.set(from);
  if (towards === undefined) return;
  const to = phi.get(towards.caption) as Float32Array;
  for (let k = 0; k < row.length; k++) row[k] = (1 - towards.share) * from[k]! + towards.share * to[k]!;
}
