/** How small a pass of the generator may be without its rounding differing from that of a full one. */

import { Rng, type TextToImageModel } from '@t2i/core';

/**
 * Backends choose their algorithms by the size of a batch (few rows do not pay for Winograd's transforms), and so an image drawn alone
 * may differ in the last bit from the same one drawn among others: now and then a pixel, and with it the bytes of the file and its ETag.
 * The same seed must give the same bytes at any load. So this draws the same rows in passes of every size and returns the smallest that,
 * like all above it, agrees bit for bit with a pass of `maxRows`; smaller ones are to be filled up.
 */
export async function smallestEqualPass(model: TextToImageModel, maxRows: number): Promise<number> {
  const inputs = randomInputs(model, maxRows);
  const full = await drawPlaces(model, inputs, placesUpTo(maxRows));
  let rows = maxRows;
  while (rows > 1 && equal(await drawPlaces(model, inputs, placesUpTo(rows - 1)), full)) rows -= 1;
  return rows;
}

/** Whether a row of a full pass comes out the same in another place, among other neighbours. Otherwise every image needs its own pass. */
export async function isSameInEveryPlace(model: TextToImageModel, maxRows: number): Promise<boolean> {
  const inputs = randomInputs(model, maxRows);
  const places = placesUpTo(maxRows);
  const full = await drawPlaces(model, inputs, places);
  const size = full.length / maxRows;
  for (const turned of [places.toReversed(), places.map(() => 0)]) {
    const drawn = await drawPlaces(model, inputs, turned);
    const isSame = turned.every((row, place) =>
      equal(drawn.subarray(place * size, (place + 1) * size), full.subarray(row * size, (row + 1) * size)),
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

const placesUpTo = (rows: number) => Array.from({ length: rows }, (_, row) => row);

/** The pixels of one pass whose rows are those of the inputs in this order. */
async function drawPlaces(
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

/** Whether the shorter one is the beginning of the other, bit for bit. */
function equal(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => Object.is(value, b[i]));
}
