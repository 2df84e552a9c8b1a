/** Ten thousand captions and addresses of every kind: an answer of 2xx or 4xx to each, and nothing breaks. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mockApp } from './test-support.ts';

const logged: unknown[] = [];
const logger = { info: () => {}, warn: () => {}, error: (fields: object) => void logged.push(fields) };
const app = await mockApp({ logger });
const ALLOWED = /^[24]\d\d$/;

/** Any text: scripts, control characters, lone surrogates, and the characters that addresses are made of. */
const caption = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'?#%/\\"\'&=+;:@<>[]{}|^`~. \n\r\t\0'), maxLength: 20 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 30 }),
  fc.string({ minLength: 900, maxLength: 1100 }),
);

async function answer(path: string, init?: RequestInit): Promise<number> {
  const response = await app.request(path, init);
  await response.arrayBuffer();
  expect(String(response.status), path).toMatch(ALLOWED);
  return response.status;
}

describe('fuzzed', () => {
  it('captions, percent-encoded', async () => {
    const asked = fc.asyncProperty(caption, fc.boolean(), async (text, versioned) => {
      const encoded = encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
      const status = await answer(`${versioned ? '/v1' : ''}/text/${encoded}?seed=1`);
      // dots alone are no caption in an address: they climb
      const climbs = /^\.{1,2}$/.test(text);
      const nothing = text.replace(/[\s\p{Cc}]/gu, '') === '';
      if (!climbs && !nothing && text.length < 500) expect(status).toBe(200);
    });
    await fc.assert(asked, { numRuns: 6000 });
  });

  it('addresses, as they come', async () => {
    const path = fc.oneof(
      caption.map((text) => `/text/${text}`),
      fc.webPath().map((text) => `/text${text}`),
      fc
        .tuple(fc.constantFrom('/v1/samples/', '/v1/film/', '/v1/model?', '/v1/interpolate?', '/text/a?', '/'), caption)
        .map((parts) => parts.join('')),
      fc.webQueryParameters().map((query) => `/v1/interpolate?${query}`),
    );
    const handled = fc.asyncProperty(path, async (address) => {
      let request: Request;
      try {
        request = new Request(`http://localhost${address}`);
      } catch {
        return; // no client can send it
      }
      await answer(request.url);
    });
    await fc.assert(handled, { numRuns: 3000 });
  });

  it('bodies', async () => {
    const body = fc.oneof(
      fc.record(
        { captions: fc.array(caption, { maxLength: 5 }), perCaption: fc.integer({ min: -1, max: 4 }) },
        { requiredKeys: [] },
      ),
      fc.jsonValue(),
    );
    const posted = fc.asyncProperty(body, async (value) => {
      const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) };
      await answer('/v1/generate', init);
    });
    await fc.assert(posted, { numRuns: 1000 });
  });

  it('brought no error of the program', () => {
    expect(logged).toEqual([]);
  });
});
