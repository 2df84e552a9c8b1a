import { describe, expect, it } from 'vitest';
import { mockApp } from '../test-support.ts';

const app = await mockApp({ limits: { bodyBytes: 4096 } });
const post = (body: unknown, type = 'application/json') =>
  app.request('/v1/generate', {
    method: 'POST',
    headers: { 'Content-Type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('POST /v1/generate', () => {
  it('generates the same images as GET /text', async () => {
    const response = await post({
      captions: ['A Pink Flower', 'a blue flower'],
      perCaption: 2,
      seed: 7,
      format: 'webp',
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const { images, ...rest } = await response.json();
    expect(rest).toEqual({ model: 'mock', revision: 'r1', seed: 7, format: 'webp', unread: [] });
    expect(images.map(({ caption, index }: { caption: string; index: number }) => [caption, index])).toEqual([
      ['a pink flower', 0],
      ['a pink flower', 1],
      ['a blue flower', 0],
      ['a blue flower', 1],
    ]);
    const single = await app.request('/text/a%20blue%20flower?seed=7&format=webp');
    expect(images[2].data).toBe(Buffer.from(await single.arrayBuffer()).toString('base64'));
    expect(images[3].data).not.toBe(images[2].data);
  });

  it('stays near an image, which comes first', async () => {
    const generated = async (fields: object) => {
      const { images } = await (await post({ captions: ['a'], seed: 7, perCaption: 3, ...fields })).json();
      return images.map(({ data }: { data: string }) => data);
    };
    const [, , third] = await generated({});
    const near = await generated({ like: [2] });
    expect(near[0]).toBe(third);
    expect(new Set(near).size).toBe(3);
    const further = await generated({ like: [2, 1] });
    expect(further[0]).toBe(near[1]);
    expect(further[1]).not.toBe(near[1]);
  });

  it('returns the random seed', async () => {
    const [first, second] = [await post({ captions: ['a'] }), await post({ captions: ['a'] })];
    const [seed] = [(await first.json()).seed];
    expect(first.headers.get('T2I-Seed')).toBe(String(seed));
    expect((await second.json()).seed).toBe(seed + 1);
  });

  it.each([
    ['not JSON', '{', 'bad-request'],
    ['no object', '[]', 'bad-request'],
    ['no captions', {}, 'bad-request'],
    ['an empty list', { captions: [] }, 'bad-request'],
    ['numbers', { captions: [1] }, 'bad-request'],
    ['an unknown field', { captions: ['a'], sed: 7 }, 'bad-request'],
    ['an empty caption', { captions: ['a', '\n'] }, 'caption-empty'],
    ['too many captions', { captions: Array(65).fill('a') }, 'bad-request'],
    ['too many images', { captions: ['a', 'b'], perCaption: 33 }, 'bad-request'],
    ['an image that there is not', { captions: ['a'], like: [64] }, 'bad-request'],
    ['a seed that is text', { captions: ['a'], seed: '7' }, 'bad-request'],
  ])('rejects %s', async (_, body, code) => {
    const response = await post(body);
    expect([response.status, (await response.json()).type]).toEqual([400, `urn:t2i:problem:${code}`]);
  });

  it('accepts only JSON, and limits its size', async () => {
    expect((await post({ captions: ['a'] }, 'text/plain')).status).toBe(415);
    expect((await post({ captions: ['a'] }, 'application/json; charset=utf-8')).status).toBe(200);
    const large = await post({ captions: ['a'.repeat(5000)] });
    expect([large.status, (await large.json()).type]).toEqual([413, 'urn:t2i:problem:body-too-large']);
  });
});
