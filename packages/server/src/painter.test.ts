import { ConfigError, type ImageBatch, Rng } from '@t2i/core';
import { MockEncoder, MockModel } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { createPainter } from './painter.ts';
import { isSameInEveryPlace, smallestEqualPass } from './smallest-equal-pass.ts';
import { mockPainter } from './test-support.ts';

const cell = { caption: 'a red flower', seed: 7, index: 0 };
const pixelsOf = (results: readonly unknown[]) => results.map((result) => [...(result as { data: Uint8Array }).data]);

/** Rounds differently in passes of fewer than three rows, as backends do, and remembers the sizes of its passes. */
class UnevenModel extends MockModel {
  readonly passes: number[] = [];
  override async generate(input: Parameters<MockModel['generate']>[0]): Promise<ImageBatch> {
    const [rows] = input.embeddings.shape;
    this.passes.push(rows);
    const { data, shape } = await super.generate(input);
    return { data: rows < 3 ? data.map((value) => value + 1e-6) : data, shape };
  }
}

/** Rounds a row differently in odd places, as a backend may that takes two rows at once. */
class UnevenPlaces extends MockModel {
  override async generate(input: Parameters<MockModel['generate']>[0]): Promise<ImageBatch> {
    const { data, shape } = await super.generate(input);
    const size = shape[1] * shape[2] * 3;
    return { data: data.map((value, i) => (Math.floor(i / size) % 2 === 1 ? value + 1e-6 : value)), shape };
  }
}

/** Rounds differently what it encodes together, and counts. */
class UnevenEncoder extends MockEncoder {
  override async encode(captions: readonly string[]) {
    const { data, shape } = await super.encode(captions);
    return { data: captions.length > 1 ? data.map((value) => value + 0.1) : data, shape };
  }
}

describe('createPainter', () => {
  it('draws what the model draws for the embedding and the noise of the seed', async () => {
    const [model, encoder] = [new MockModel(), new MockEncoder()];
    const painter = await createPainter({ model, encoder, revision: 'r1' });
    const noise = new Rng(7).normal(3 * model.noiseDim).subarray(2 * model.noiseDim);
    const embeddings = await encoder.encode([cell.caption]);
    const { data } = await model.generate({ embeddings, noise });
    const [image] = await painter.paint([{ ...cell, index: 2 }]);
    expect(image).toMatchObject({ width: 8, height: 8 });
    expect(pixelsOf([image])[0]![0]).toBe(Math.round((data[0]! + 1) * 127.5));
  });

  it('gives a cell the same pixels whatever is drawn beside it', async () => {
    const painter = await mockPainter();
    const other = { caption: 'a blue flower', seed: 8, index: 3 };
    const [alone] = pixelsOf(await painter.paint([cell]));
    const [, among] = pixelsOf(await painter.paint([other, cell, { ...cell, index: 1 }]));
    expect(among).toEqual(alone);
  });

  it('draws places between two captions, the ends as they are', async () => {
    const painter = await mockPainter();
    const between = (share: number) => ({ ...cell, towards: { caption: 'a blue flower', share } });
    const [from, begin, middle, end, to] = pixelsOf(
      await painter.paint([cell, between(0), between(0.5), between(1), { ...cell, caption: 'a blue flower' }]),
    );
    expect([begin, end]).toEqual([from, to]);
    expect(middle).not.toEqual(from);
    expect(middle).not.toEqual(to);
  });

  it('refuses only the cells whose caption the encoder refuses', async () => {
    class Picky extends MockEncoder {
      override encode(captions: readonly string[]) {
        if (captions.some((caption) => caption.includes('xyzzy'))) throw new ConfigError('xyzzy is no word.');
        return super.encode(captions);
      }
    }
    const painter = await mockPainter({ encoder: new Picky() });
    const bad = { ...cell, caption: 'xyzzy' };
    const results = await painter.paint([cell, bad, { ...cell, towards: { caption: 'xyzzy', share: 0.5 } }, cell]);
    expect(results.slice(1, 3)).toEqual([{ refused: 'xyzzy is no word.' }, { refused: 'xyzzy is no word.' }]);
    expect(pixelsOf([results[0]])).toEqual(pixelsOf([results[3]]));
    expect(await painter.paint([bad])).toEqual([{ refused: 'xyzzy is no word.' }]);
  });

  it('refuses an encoder of another length, and passes of no or too many cells', async () => {
    await expect(mockPainter({ encoder: new MockEncoder(9) })).rejects.toThrow(ConfigError);
    const painter = await mockPainter({ maxRows: 2 });
    await expect(painter.paint([])).rejects.toThrow(/1 to 2 cells/);
    await expect(painter.paint([cell, cell, cell])).rejects.toThrow(/1 to 2 cells/);
  });

  it('fills small passes up where the backend rounds them differently', async () => {
    const model = new UnevenModel();
    expect(await smallestEqualPass(model, 8)).toBe(3);
    const painter = await mockPainter({ model, maxRows: 8 });
    expect(painter.facts.passRows).toEqual({ min: 3, max: 8 });
    model.passes.length = 0;
    const [alone] = pixelsOf(await painter.paint([cell]));
    const [among] = pixelsOf(await painter.paint(Array.from({ length: 5 }, () => cell)));
    expect(model.passes).toEqual([3, 5]);
    expect(alone).toEqual(among);
  });
});

describe('whatever the load', () => {
  const captions = ['a red flower', 'a blue flower', 'a rose', 'a daisy'];
  const cells = captions.map((caption) => ({ ...cell, caption }));

  it('captions are encoded alone where company changes them, and not again while they are known', async () => {
    const encoder = new UnevenEncoder();
    const painter = await mockPainter({ encoder });
    const alone = [];
    for (const one of cells) alone.push(...pixelsOf(await painter.paint([one])));
    const between = { ...cell, towards: { caption: 'a rose', share: 1 } };
    expect(pixelsOf(await painter.paint([...cells, between]))).toEqual([...alone, alone[2]]);
    expect(encoder.encoded).toBe(4);
    expect(pixelsOf(await (await mockPainter({ encoder: new UnevenEncoder() })).paint(cells))).toEqual(alone);
  });

  it('few captions are kept, those asked for last', async () => {
    const encoder = new MockEncoder();
    const painter = await mockPainter({ encoder });
    for (let i = 0; i < 1100; i++) await painter.paint([cell, { ...cell, caption: `flower ${i}` }]);
    await painter.paint([cell, { ...cell, caption: 'flower 1099' }]);
    expect(encoder.encoded).toBe(1101);
    await painter.paint([{ ...cell, caption: 'flower 0' }]);
    expect(encoder.encoded).toBe(1102);
  });

  it('each image has a pass of its own where its place in one changes it', async () => {
    const painter = await mockPainter({ model: new UnevenPlaces() });
    expect(painter.facts.passRows).toEqual({ min: 1, max: 1 });
    expect(await isSameInEveryPlace(new MockModel(), 8)).toBe(true);
  });
});

it('smallestEqualPass is 1 where all sizes agree', async () => {
  expect(await smallestEqualPass(new MockModel(), 8)).toBe(1);
  expect(await smallestEqualPass(new MockModel(), 1)).toBe(1);
});
