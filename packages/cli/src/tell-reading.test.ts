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

it('tells of unknown words once, of what was read as something else, and of what is cut', () => {
  const lines = told({
    a: { unknown: ['quantum', 'rojo'] },
    b: { unknown: ['rojo'], corrected: [{ typed: 'rde', as: 'red' }] },
    c: { cut: 'x'.repeat(50) },
  });
  expect(lines).toEqual([
    'The model never met “quantum”, “rojo”: it draws what it makes of the rest.',
    '“rde” was read as “red”.',
    `A caption is too long to be read whole; left out is “${'x'.repeat(40)}…”.`,
  ]);
});

it('says nothing where all is read, and where the encoder cannot tell', () => {
  expect(told({ a: {} })).toEqual([]);
});
