/** The contract of `TextToImageModel`. */

import { Rng, type TextToImageModel } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { expectAllClose } from '../expect-close.ts';

export interface ModelContract<Model extends TextToImageModel> {
  /** A new model, whose images depend on the input. */
  readonly open: () => Model | Promise<Model>;
  /** How many tensors there are, where the model holds tensors. */
  readonly countTensors?: () => number;
}

/** A valid input of so many rows. */
export function inputOf(model: TextToImageModel, rows: number, seed = 1) {
  const rng = new Rng(seed);
  const { embeddingDim, noiseDim } = model;
  return {
    embeddings: { data: rng.normal(rows * embeddingDim), shape: [rows, embeddingDim] as const },
    noise: rng.normal(rows * noiseDim),
  };
}

/** Registers the tests. */
export function testTextToImageModel(name: string, { open, countTensors }: ModelContract<TextToImageModel>): void {
  describe(`${name} as a TextToImageModel`, () => {
    it('generates finite pixels in [-1, 1] of the shape that it states', async () => {
      const model = await open();
      for (const size of [model.imageSize, model.noiseDim, model.embeddingDim]) expect(size).toBeGreaterThan(0);
      for (const rows of [1, 3]) {
        const { data, shape } = await model.generate(inputOf(model, rows));
        expect(shape).toEqual([rows, model.imageSize, model.imageSize, 3]);
        expect(data).toHaveLength(rows * model.imageSize ** 2 * 3);
        expect(data.every((value) => value >= -1 && value <= 1)).toBe(true);
      }
      model.dispose();
    });

    it('is deterministic, leaves its input alone, and follows embedding and noise', async () => {
      const model = await open();
      const input = inputOf(model, 2);
      const [embeddings, noise] = [input.embeddings.data.slice(), input.noise.slice()];
      const first = (await model.generate(input)).data.slice();
      expect([input.embeddings.data, input.noise]).toEqual([embeddings, noise]);
      expect((await model.generate(input)).data).toEqual(first);
      const other = inputOf(model, 2, 2);
      expect((await model.generate({ ...input, noise: other.noise })).data).not.toEqual(first);
      expect((await model.generate({ ...input, embeddings: other.embeddings })).data).not.toEqual(first);
      model.dispose();
    });

    it('generates each row as if it were alone', async () => {
      const model = await open();
      const { embeddings, noise } = inputOf(model, 3);
      const together = await model.generate({ embeddings, noise });
      const { embeddingDim, noiseDim } = model;
      const alone = await model.generate({
        embeddings: { data: embeddings.data.slice(embeddingDim, 2 * embeddingDim), shape: [1, embeddingDim] },
        noise: noise.slice(noiseDim, 2 * noiseDim),
      });
      const length = alone.data.length;
      expectAllClose(together.data.subarray(length, 2 * length), alone.data, { absolute: 1e-4 });
      model.dispose();
    });

    it('refuses embeddings and noise of another size', async () => {
      const model = await open();
      const { embeddings, noise } = inputOf(model, 2);
      const longer = model.embeddingDim + 1;
      const wider = { data: new Float32Array(2 * longer), shape: [2, longer] as const };
      const { embeddingDim } = model;
      await expect(model.generate({ embeddings: wider, noise })).rejects.toMatchObject({
        code: 'ERR_EMBEDDING_DIMENSION',
        message: `Embeddings are ${embeddingDim + 1}-dimensional; the model expects ${embeddingDim}.`,
      });
      await expect(model.generate({ embeddings, noise: noise.slice(1) })).rejects.toThrow();
      model.dispose();
    });

    it('refuses more images than it states to accept in a call', async () => {
      const model = await open();
      expect(model.maxImagesPerCall).toBeGreaterThanOrEqual(1);
      const tooMany = inputOf(model, model.maxImagesPerCall + 1);
      await expect(model.generate(tooMany)).rejects.toThrow(`at most ${model.maxImagesPerCall} images`);
      model.dispose();
    });

    it.runIf(countTensors)('leaves no tensors behind', async () => {
      const before = countTensors!();
      const model = await open();
      await model.generate(inputOf(model, 2));
      const opened = countTensors!();
      for (let i = 0; i < 3; i++) await model.generate(inputOf(model, 2, i));
      expect(countTensors!()).toBe(opened);
      model.dispose();
      expect(countTensors!()).toBe(before);
    });
  });
}
