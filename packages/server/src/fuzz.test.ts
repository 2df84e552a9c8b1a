/** Sends ten thousand captions, and URLs, bodies and bytes of every kind, over a real socket. Each gets 2xx or 4xx, and nothing breaks. */

import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { listen } from './listen.ts';
import { mockApp } from './test-support.ts';

const ALLOWED = /^[24]\d\d$/;
const logged: unknown[] = [];
const logger = { info: () => {}, warn: () => {}, error: (fields: object) => void logged.push(fields) };
const server = await listen(await mockApp({ logger }), { port: 0 });
const port = Number(new URL(server.url).port);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
afterAll(async () => {
  agent.destroy();
  await server.stop({ grace: 0 });
});

/** Any text: scripts, control characters, lone surrogates, and the characters of URLs. */
const caption = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'?#%/\\"\'&=+;:@<>[]{}|^`~. \n\r\t\0'), maxLength: 20 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 30 }),
  fc.string({ minLength: 900, maxLength: 1100 }),
);

/** Sends the path as it is, because `URL` would normalise it. */
async function answer(path: string, body?: string): Promise<number> {
  const status = await new Promise<number>((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const sent = request({ port, agent, path, method, headers: { 'Content-Type': 'application/json' } });
    sent.on('error', reject).on('response', (response) => {
      response.resume().on('end', () => resolve(response.statusCode!));
    });
    sent.end(body);
  });
  expect(String(status), path).toMatch(ALLOWED);
  return status;
}

/** Everything that the server sends in response to arbitrary bytes until it closes the connection. */
function reply(bytes: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port).setEncoding('latin1');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {}).on('close', () => resolve(text));
    socket.end(bytes);
  });
}

const encoded = (text: string) => encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
/** Omits characters that a client cannot send in a URL. */
const sendable = (path: string) => path.replace(/[^\x21-\xff]/g, '');

describe('fuzzed', () => {
  it('percent-encoded captions', { timeout: 300_000 }, async () => {
    const asked = fc.asyncProperty(caption, fc.boolean(), async (text, versioned) => {
      const status = await answer(`${versioned ? '/v1' : ''}/text/${encoded(text)}?seed=1`);
      // a URL cannot contain a caption of dots only: they are parent directories
      const climbs = /^\.{1,2}$/.test(text);
      const nothing = text.replace(/[\s\p{Cc}]/gu, '') === '';
      if (!climbs && !nothing && text.length < 500) expect(status).toBe(200);
    });
    await fc.assert(asked, { numRuns: 10_000 });
  });

  it('raw URLs', async () => {
    const begin = fc.constantFrom('/v1/samples/', '/v1/film/', '/v1/model?', '/v1/interpolate?', '/text/a?', '/');
    const path = fc.oneof(
      caption.map((text) => `/text/${text}`),
      fc.webPath().map((text) => `/text${text}`),
      fc.tuple(begin, caption).map((parts) => parts.join('')),
      fc.webQueryParameters().map((query) => `/v1/interpolate?${query}`),
    );
    const asked = fc.asyncProperty(path, async (text) => {
      await answer(sendable(text));
    });
    await fc.assert(asked, { numRuns: 3000 });
  });

  it('bodies', async () => {
    const body = fc.oneof(
      fc.record(
        { captions: fc.array(caption, { maxLength: 5 }), perCaption: fc.integer({ min: -1, max: 4 }) },
        { requiredKeys: [] },
      ),
      fc.jsonValue(),
    );
    const asked = fc.asyncProperty(
      fc.oneof(
        body.map((value) => JSON.stringify(value)),
        fc.string({ unit: 'binary', maxLength: 200 }),
      ),
      async (text) => {
        await answer('/v1/generate', text);
      },
    );
    await fc.assert(asked, { numRuns: 1000 });
  });

  it('bytes', async () => {
    const head = 'GET /text/a?seed=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const changed = fc.array(fc.tuple(fc.nat(head.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      changed.map((changes) => {
        const request = Buffer.from(head);
        for (const [at, byte] of changes) request[at] = byte;
        return request;
      }),
    );
    const sent = fc.asyncProperty(bytes, async (message) => {
      for (const [, status] of (await reply(message)).matchAll(/^HTTP\/1\.1 (\d+)/gm)) expect(status).toMatch(ALLOWED);
    });
    await fc.assert(sent, { numRuns: 500 });
    expect(await answer('/healthz')).toBe(200);
  });

  it('caused no internal errors', () => {
    expect(logged).toEqual([]);
  });
});
