import { ConfigError, EmbeddingDimensionError, enlarge, type RgbImage, toRgbImages } from '@t2i/core';
import { MockModel } from '@t2i/test-utils';
import { expect, it, vi } from 'vitest';
import { createPreview } from './preview.ts';

const rows = [
  { caption: 'a red flower', embedding: new Float32Array(8).fill(0.1), seen: true },
  { caption: 'a blue flower', embedding: new Float32Array(8).fill(-2), seen: false },
];

/** The image in a cell of the sheet; cells of 64 pixels with gaps of 4 begin at 244. */
function cell({ data, width }: RgbImage, row: number, column: number): number[] {
  const at = ((4 + row * 68 + 32) * width + 244 + column * 68 + 32) * 3;
  return [...data.subarray(at, at + 3)];
}

it('generates every caption with every noise, the same noise in a column', async () => {
  const model = new MockModel({ maxImagesPerCall: 4 });
  const generate = vi.spyOn(model, 'generate');
  const sheet = await createPreview({ model, rows, columns: 3, seed: 5 }).generate();
  expect(generate.mock.calls.map(([input]) => input.embeddings.shape[0])).toEqual([4, 2]);
  const noises = generate.mock.calls.flatMap(([input]) =>
    Array.from({ length: input.embeddings.shape[0] }, (_, i) => [...input.noise.subarray(i * 4, i * 4 + 4)]),
  );
  expect(noises.slice(0, 3)).toEqual(noises.slice(3));
  expect(new Set(noises.map(String)).size).toBe(3);

  for (const [row, { embedding }] of rows.entries()) {
    for (let column = 0; column < 3; column++) {
      const noise = Float32Array.from(noises[column]!);
      const one = await model.generate({ embeddings: { data: embedding, shape: [1, 8] }, noise });
      const expected = enlarge(toRgbImages(one)[0]!, 8).data.subarray(0, 3);
      expect(cell(sheet, row, column)).toEqual([...expected]);
    }
  }
});

it('generates the same sheet until the model changes', async () => {
  const model = new MockModel();
  const preview = createPreview({ model, rows, columns: 2, seed: 5 });
  const first = await preview.generate();
  expect(await preview.generate()).toEqual(first);
  model.weight = 1;
  expect(await preview.generate()).not.toEqual(first);
});

it('refuses empty sheets and embeddings of another length', () => {
  const model = new MockModel();
  expect(() => createPreview({ model, rows: [], columns: 2, seed: 1 })).toThrow(ConfigError);
  expect(() => createPreview({ model, rows, columns: 0, seed: 1 })).toThrow(ConfigError);
  const short = [{ caption: 'a rose', embedding: new Float32Array(7), seen: true }];
  expect(() => createPreview({ model, rows: short, columns: 1, seed: 1 })).toThrow(EmbeddingDimensionError);
});
