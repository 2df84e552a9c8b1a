import { decodeImage } from '@t2i/image-node';
import { describe, expect, it } from 'vitest';
import { MOCK_SIDE, mockApp } from '../test-support.ts';

const app = await mockApp();
const interpolate = (query: Record<string, string | number>) =>
  app.request(
    `/v1/interpolate?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, `${value}`]))}`,
  );
const ends = { from: 'a red flower', to: 'a blue & white flower?' };

describe('GET /v1/interpolate', () => {
  it('generates a strip whose ends are the two captions', async () => {
    const response = await interpolate({ ...ends, steps: 5, seed: 7 });
    expect(response.headers.get('Content-Type')).toBe('image/png');
    expect(response.headers.get('T2I-Seed')).toBe('7');
    const strip = await decodeImage(new Uint8Array(await response.arrayBuffer()));
    expect([strip.width, strip.height]).toEqual([5 * MOCK_SIDE + 6 * 2, MOCK_SIDE + 4]);
    const first = strip.data[(2 * strip.width + 2) * 3];
    const last = strip.data[(2 * strip.width + 2 + 4 * (MOCK_SIDE + 2)) * 3];
    const alone = async (caption: string) => {
      const response = await app.request(`/text/${encodeURIComponent(caption)}?seed=7`);
      return (await decodeImage(new Uint8Array(await response.arrayBuffer()))).data[0];
    };
    expect([first, last]).toEqual([await alone(ends.from), await alone(ends.to)]);
  });

  it('animates there and back', async () => {
    const response = await interpolate({ ...ends, steps: 4, seed: 7, animated: 'true' });
    expect(response.headers.get('Content-Type')).toBe('image/webp');
    const bytes = Buffer.from(await response.arrayBuffer()).toString('latin1');
    expect(bytes.match(/ANMF/g)).toHaveLength(6);
  });

  it('has different ETags for different parameters', async () => {
    const variants = [
      {},
      { steps: 3 },
      { animated: 1 },
      { size: 16 },
      { format: 'webp' },
      { to: 'white' },
      { seed: 8 },
    ];
    const responses = await Promise.all(variants.map((variant) => interpolate({ ...ends, seed: 7, ...variant })));
    expect(responses.map(({ status }) => status)).toEqual(variants.map(() => 200));
    const tags = responses.map(({ headers }) => headers.get('ETag'));
    expect(new Set(tags).size).toBe(variants.length);
    const again = await app.request(`/v1/interpolate?${new URLSearchParams({ ...ends, seed: '7' })}`, {
      headers: { 'If-None-Match': tags[0]! },
    });
    expect(again.status).toBe(304);
  });

  it.each([
    [{ from: 'a' }, 'bad-request'],
    [{ from: 'a', to: ' ' }, 'bad-request caption-empty'],
    [{ ...ends, steps: 1 }, 'bad-request'],
    [{ ...ends, steps: 65 }, 'bad-request'],
    [{ ...ends, animated: 'maybe' }, 'bad-request'],
    [{ ...ends, animated: 'true', format: 'png' }, 'bad-request'],
  ])('rejects %j', async (query, codes) => {
    const response = await interpolate(query as Record<string, string>);
    expect(response.status).toBe(400);
    expect(codes.split(' ').map((code) => `urn:t2i:problem:${code}`)).toContain((await response.json()).type);
  });
});
