import type { CaptionEncoder, EmbeddingBatch } from '@t2i/core';

/** A deterministic encoder without training: character codes, folded into `dim` numbers. */
export class MockEncoder implements CaptionEncoder {
  readonly id: string;
  readonly dim: number;
  /** How many captions were encoded so far. */
  encoded = 0;

  constructor(dim = 8) {
    this.dim = dim;
    this.id = `mock-${dim}`;
  }

  async encode(captions: readonly string[]): Promise<EmbeddingBatch> {
    const data = new Float32Array(captions.length * this.dim);
    captions.forEach((caption, row) => {
      for (let i = 0; i < caption.length; i++) {
        const column = row * this.dim + (i % this.dim);
        data[column] = data[column]! + Math.sin(caption.charCodeAt(i) * (i + 1));
      }
    });
    this.encoded += captions.length;
    return { data, shape: [captions.length, this.dim] };
  }
}
