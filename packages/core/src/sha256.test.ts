import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { portableSha256, sha256 } from './sha256.ts';

const reference = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

it('gives the published test vector', async () => {
  const hash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const abc = new TextEncoder().encode('abc');
  expect([await sha256(abc), portableSha256(abc)]).toEqual([hash, hash]);
});

it('agrees with OpenSSL at every length around a block, and on views', () => {
  const bytes = Uint8Array.from({ length: 200 }, (_, i) => (i * 37) % 256);
  for (let end = 0; end < 200; end++)
    expect(portableSha256(bytes.subarray(1, end))).toBe(reference(bytes.subarray(1, end)));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (data) => portableSha256(data) === reference(data)));
});

it('hashes where the engine offers nothing: pages of plain http', async () => {
  vi.stubGlobal('crypto', undefined);
  try {
    expect(await sha256(Uint8Array.of(1, 2, 3))).toBe(reference(Uint8Array.of(1, 2, 3)));
  } finally {
    vi.unstubAllGlobals();
  }
});
