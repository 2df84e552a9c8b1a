import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from './sha256.ts';

afterEach(() => vi.unstubAllGlobals());

describe.each(['with the hash of the backend', 'without, as in pages of plain http'])('sha256, %s', (kind) => {
  const withoutCrypto = kind.startsWith('without');

  it('gives the published test vector', async () => {
    if (withoutCrypto) vi.stubGlobal('crypto', undefined);
    const hash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(await sha256(new TextEncoder().encode('abc'))).toBe(hash);
  });

  it('agrees with OpenSSL at every length around a block, and on views', async () => {
    if (withoutCrypto) vi.stubGlobal('crypto', undefined);
    const bytes = Uint8Array.from({ length: 200 }, (_, i) => (i * 37) % 256);
    for (let end = 1; end < 200; end++) {
      const view = bytes.subarray(1, end);
      expect(await sha256(view)).toBe(createHash('sha256').update(view).digest('hex'));
    }
  });
});
