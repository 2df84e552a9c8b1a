/** Measures how small a generator pass may be before its rounding differs from a full pass. */

import { Rng, type TextToImageModel } from '@t2i/core';

/**
 * Backends choose algorithms by batch size (few rows do not pay for Winograd's transforms), so an image generated alone may differ in
 * the last bit from the same image in a larger batch. Now and then this changes a pixel, and with it the bytes of the file and its ETag.
 * The same seed must give the same bytes at any load. This function generates the same rows in passes of every size, and returns the
 * smallest size that agrees bit for bit with a pass of `maxRows`, as do all sizes above it. Pad smaller passes to this size.
 */
export async function smallestEqualPass(model: TextToImageModel, maxRows: number): Promise<number> {
  const inputs = randomInputs(model, maxRows);
  const full = await generateRows(model, inputs, rowsUpTo(maxRows));
  let rows = maxRows;
  while (rows > 1 && equal(await generateRows(model, inputs, rowsUpTo(rows - 1)), full)) rows -= 1;
  return rows;
}

/** Whether a row of a full pass is the same at another position with other neighbours. If not, every image needs its own pass. */
export async function isSameInEveryPlace(model: TextToImageModel, maxRows: number): Promise<boolean> {
  const inputs = randomInputs(model, maxRows);
  const places = rowsUpTo(maxRows);
  const full = await generateRows(model, inputs, places);
  const size = full.length / maxRows;
  for (const turned of [places.toReversed(), places.map(() => 0)]) {
    const generated = await generateRows(model, inputs, turned);
    const isSame = turned.every((row, place) =>
      equal(generated.subarray(place * size, (place + 1) * size), full.subarray(row * size, (row + 1) * size)),
    );
    if (!isSame) return false;
  }
  return true;
}

interface Inputs {
  readonly embeddings: Float32Array;
  readonly noise: Float32Array;
}

function randomInputs({ embeddingDim, noiseDim }: TextToImageModel, rows: number): Inputs {
  const rng = new Rng(0);
  return { embeddings: rng.normal(rows * embeddingDim), noise: rng.normal(rows * noiseDim) };
}

const rowsUpTo = (rows: number) => Array.from({ length: rows }, (_, row) => row);

/** The pixels of one pass over these rows of the inputs, in this order. */
async function generateRows(
  model: TextToImageModel,
  { embeddings, noise }: Inputs,
  rows: readonly number[],
): Promise<Float32Array> {
  const { embeddingDim, noiseDim } = model;
  const inOrder = (values: Float32Array, size: number) => {
    const chosen = new Float32Array(rows.length * size);
    rows.forEach((row, place) => {
      chosen.set(values.subarray(row * size, (row + 1) * size), place * size);
    });
    return chosen;
  };
  const { data } = await model.generate({
    embeddings: { data: inOrder(embeddings, embeddingDim), shape: [rows.length, embeddingDim] },
    noise: inOrder(noise, noiseDim),
  });
  return data;
}

/** Whether `a` is a prefix of `b`, bit for bit. */
function equal(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => Object.is(value, b[i]));
}
