import type { CaptionEncoder, CaptionReading } from '@t2i/core';
import { expect, it } from 'vitest';
import { tellReading } from './tell-reading.ts';

function told(readings: Readonly<Record<string, Partial<CaptionReading>>>): string[] {
  const lines: string[] = [];
  const logger = { info: () => {}, warn: (line: string) => void lines.push(line) };
  const encoder: CaptionEncoder = {
    id: 'e',
    dim: 1,
    encode: async () => ({ data: new Float32Array(), shape: [0, 1] }),
    read: (caption) => ({ unknown: [], corrected: [], cut: '', ...readings[caption] }),
  };
  tellReading(encoder, Object.keys(readings), logger);
  return lines;
}

it('warns about unknown words once, about corrected words and about cut captions', () => {
  const lines = told({
    a: { unknown: ['quantum', 'rojo'] },
    b: { unknown: ['rojo'], corrected: [{ typed: 'rde', as: 'red' }] },
    c: { cut: 'x'.repeat(50) },
  });
  expect(lines).toEqual([
    'The model does not know “quantum”, “rojo”. It ignores these words.',
    '“rde” was read as “red”.',
    `A caption is too long. Ignored: “${'x'.repeat(40)}…”.`,
  ]);
});

it('is silent if everything was read, and if the encoder cannot tell', () => {
  expect(told({ a: {} })).toEqual([]);
});
