/** How small a pass of the generator may be without its rounding differing from that of a full one. */

import { Rng, type TextToImageModel } from '@t2i/core';

/**
 * Engines choose their algorithms by the size of a batch (few rows do not pay for Winograd's transforms), and so a picture drawn alone
 * may differ in the last bit from the same one drawn among others: now and then a pixel, and with it the bytes of the file and its ETag.
 * The same seed must give the same bytes at any load. So this draws one row in passes of every size and returns the smallest that,
 * like all above it, agrees bit for bit with a pass of `maxRows`; smaller ones are to be filled up.
 */
export async function smallestEqualPass(model: TextToImageModel, maxRows: number): Promise<number> {
  const { embeddingDim, noiseDim } = model;
  const rng = new Rng(0);
  const embeddings = rng.normal(maxRows * embeddingDim);
  const noise = rng.normal(maxRows * noiseDim);
  const firstOf = async (rows: number) => {
    const { data, shape } = await model.generate({
      embeddings: { data: embeddings.subarray(0, rows * embeddingDim), shape: [rows, embeddingDim] },
      noise: noise.subarray(0, rows * noiseDim),
    });
    return data.subarray(0, shape[1] * shape[2] * shape[3]);
  };
  const full = await firstOf(maxRows);
  let rows = maxRows;
  while (rows > 1 && equal(await firstOf(rows - 1), full)) rows -= 1;
  return rows;
}

function equal(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
