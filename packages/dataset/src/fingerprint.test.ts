import { expect, it } from 'vitest';
import { Fingerprint } from './fingerprint.ts';

const of = (...parts: (string | Uint8Array)[]) =>
  parts.reduce<Fingerprint>((f, part) => f.add(part), new Fingerprint()).digest();

it('tells parts apart from their join, and text from nothing', () => {
  const digests = [of(), of(''), of('', ''), of('ab', 'c'), of('a', 'bc'), of('abc'), of('abd')];
  expect(new Set(digests).size).toBe(digests.length);
});

it('takes text as its UTF-8 bytes', () => {
  expect(of('ñ✿')).toBe(of(new TextEncoder().encode('ñ✿')));
});

it('does not collide on a hundred thousand short inputs', () => {
  const digests = new Set(Array.from({ length: 100_000 }, (_, i) => of(String(i))));
  expect(digests.size).toBe(100_000);
});
