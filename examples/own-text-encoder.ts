/**
 * Uses your own text encoder: any object with an id, a dimension and `encode`. This one hashes letter trigrams and needs no training.
 * It combines the packages by hand, as your program would.
 *
 *     tsx examples/own-text-encoder.ts [--run runs/trigrams] [--fast]
 */

import { parseArgs } from 'node:util';
import { selectBackend } from '@t2i/backend';
import { type CaptionEncoder, type EmbeddingBatch, Rng } from '@t2i/core';
import { createBatchSource, createToyFlowers } from '@t2i/dataset';
import { GanCls, presetConfig } from '@t2i/gan-cls';
import { ConsoleProgress, createPreview, train } from '@t2i/trainer';

class TrigramEncoder implements CaptionEncoder {
  readonly id = 'trigrams-256';
  readonly dim = 256;

  async encode(captions: readonly string[]): Promise<EmbeddingBatch> {
    const data = new Float32Array(captions.length * this.dim);
    captions.forEach((caption, row) => {
      for (let i = 0; i + 3 <= caption.length; i++) {
        let hash = 0;
        for (const character of caption.slice(i, i + 3)) hash = (hash * 31 + character.charCodeAt(0)) % this.dim;
        data[row * this.dim + hash]! += 1;
      }
    });
    return { data, shape: [captions.length, this.dim] };
  }
}

const { values: flags } = parseArgs({
  options: { run: { type: 'string', default: 'runs/trigrams' }, fast: { type: 'boolean', default: false } },
});

await selectBackend();
const dataset = await createToyFlowers({ images: flags.fast ? 100 : 2000 });
const encoder = new TrigramEncoder();
const rng = new Rng(1);
const model = new GanCls(presetConfig('tiny', { embeddingDim: encoder.dim }), rng.fork());
const batches = createBatchSource({
  dataset,
  encoder,
  batchSize: flags.fast ? 4 : 64,
  imageSize: model.imageSize,
  mismatch: model.mismatch,
  rng: rng.fork(),
});
const captions = ['a red flower', 'a blue flower'];
const { data } = await encoder.encode(captions);
const rows = captions.map((caption, i) => ({ caption, embedding: data.subarray(i * 256, (i + 1) * 256), seen: true }));
const progress = new ConsoleProgress();
await train({
  runDirectory: flags.run,
  model,
  batches,
  config: flags.fast ? { maxSteps: 2 } : { epochs: 40 },
  preview: createPreview({ model, rows, columns: 8, seed: 1 }),
  logger: progress,
  onStep: progress.update,
});
progress.close();
console.log(`Samples in ${flags.run}/samples`);
