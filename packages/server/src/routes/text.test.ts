import { decodeImage } from '@t2i/image-node';
import { describe, expect, it } from 'vitest';
import type { InferenceWorker } from '../inference-worker.ts';
import { MOCK_SIDE, mockApp, mockServed, mockWorker } from '../test-support.ts';

const app = await mockApp();
const text = (caption: string, query = '') => app.request(`/text/${encodeURIComponent(caption)}${query}`);
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer()).toString('base64');

/** An app whose worker reads captions with `read`. */
async function appReading(read: NonNullable<InferenceWorker['read']>) {
  return mockApp({ models: [await mockServed({ open: async () => ({ ...(await mockWorker()), read }) })] });
}

/** An app whose encoder knows “pink” and reads at most four words. */
async function readingApp() {
  const read = (caption: string) => {
    const words = caption.split(' ');
    const unknown = words.slice(0, 4).filter((word) => word !== 'pink');
    return { unknown, corrected: [], cut: words.slice(4).join(' ') };
  };
  return appReading(async (captions) => captions.map(read));
}

describe('unread parts of a caption', () => {
  it('are reported in headers of the image and in a field of the JSON', async () => {
    const reading = await readingApp();
    const asked = (caption: string) => reading.request(`/text/${encodeURIComponent(caption)}?seed=1`);
    const { headers } = await asked('rosé pink, pink pink and so on');
    expect(headers.get('T2I-Unknown-Words')).toBe('ros%C3%A9,pink%2C');
    expect(headers.get('T2I-Cut-Text')).toBe('and%20so%20on');
    const whole = await asked('pink pink');
    expect([whole.headers.get('T2I-Unknown-Words'), whole.headers.get('T2I-Cut-Text')]).toEqual([null, null]);
    const body = JSON.stringify({ captions: ['pink', 'blue pink', 'blue pink'], seed: 1 });
    const sent = { method: 'POST', body, headers: { 'Content-Type': 'application/json' } };
    const { unread } = await (await reading.request('/v1/generate', sent)).json();
    expect(unread).toEqual([{ caption: 'blue pink', unknown: ['blue'], corrected: [], cut: '' }]);
  });

  it('do not matter if the encoder cannot tell', async () => {
    const mute = await appReading(() => Promise.reject(new Error('lost')));
    expect((await mute.request('/text/pink')).status).toBe(200);
  });
});

describe('GET /text/<caption>', () => {
  it('answers with one image of the model’s size', async () => {
    const response = await text('pink flower with yellow petals');
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('image/png');
    const image = await decodeImage(new Uint8Array(await response.arrayBuffer()));
    expect([image.width, image.height]).toEqual([MOCK_SIDE, MOCK_SIDE]);
  });

  it.each([
    'what? a flower',
    'flower #1',
    '100% pink',
    'red and/or blue',
    '"quoted" \'twice\'',
    'two\nlines\r\nand a\ttab',
    '..',
    'a+b&c=d;e',
    '%20',
    '%2F %zz',
    'ünïcödé 花 🌸 \u{1f469}\u200d\u{1f33e}',
    'עברית العربية',
    '\\back\\slash',
    '<script>alert(1)</script>',
    'v1',
  ])('generates %j, the same at both URLs', async (caption) => {
    // clients normalise a URL ending in /.., so something must follow it
    const path = encodeURIComponent(caption === '..' ? `${caption} ` : caption);
    const [root, versioned] = [await app.request(`/text/${path}?seed=7`), await app.request(`/v1/text/${path}?seed=7`)];
    expect([root.status, versioned.status]).toEqual([200, 200]);
    expect(root.headers.get('ETag')).toBe(versioned.headers.get('ETag'));
    expect(await bytesOf(root)).toBe(await bytesOf(versioned));
  });

  it('gives different images for different captions, so the URL is never cut', async () => {
    const captions = ['a', 'a?', 'a?b', 'a#b', 'a%b', 'a%2fb', 'a/b', 'a/c', 'a/b/c', 'a&b', 'a+b', 'a b'];
    const tags = await Promise.all(
      captions.map(async (caption) => (await text(caption, '?seed=1')).headers.get('ETag')),
    );
    expect(new Set(tags).size).toBe(captions.length);
  });

  it('trims, collapses white space and lower-cases, since the text box of the blog sends a line break and a space first', async () => {
    const [typed, plain] = [await text('\n Pink  FLOWER\n', '?seed=3'), await text('pink flower', '?seed=3')];
    expect(await bytesOf(typed)).toBe(await bytesOf(plain));
    expect(typed.headers.get('ETag')).toBe(plain.headers.get('ETag'));
  });

  it('accepts an unencoded slash', async () => {
    const [raw, encoded] = [await app.request('/text/red/blue?seed=3'), await text('red/blue', '?seed=3')];
    expect(raw.headers.get('ETag')).toBe(encoded.headers.get('ETag'));
  });

  it('uses a random seed by default, returns it, and forbids caching', async () => {
    const [first, second] = [await text('a flower'), await text('a flower')];
    expect(first.headers.get('Cache-Control')).toBe('no-store');
    expect(first.headers.get('ETag')).toBeNull();
    expect(first.headers.get('T2I-Seed')).not.toBe(second.headers.get('T2I-Seed'));
    const again = await text('a flower', `?seed=${first.headers.get('T2I-Seed')}`);
    const image = await bytesOf(again);
    expect(image).toBe(await bytesOf(first));
    expect(image).not.toBe(await bytesOf(second));
  });

  it('answers 304 to a client that has the image, without generating it', async () => {
    const first = await text('a flower', '?seed=7');
    expect(first.headers.get('Cache-Control')).toBe('no-cache'); // the model may change later
    const tag = first.headers.get('ETag')!;
    const path = '/text/a%20flower?seed=7';
    for (const has of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await app.request(path, { headers: { 'If-None-Match': has } });
      expect([again.status, await again.text()]).toEqual([304, '']);
      expect(again.headers.get('ETag')).toBe(tag);
    }
    expect((await app.request(path, { headers: { 'If-None-Match': '"other"' } })).status).toBe(200);
  });

  it('generates n images as a grid, scaled, in the requested format', async () => {
    const formats = { png: /^.PNG/s, webp: /^RIFF....WEBP/s, jpeg: /^\xff\xd8/ };
    for (const [format, signature] of Object.entries(formats)) {
      const response = await text('a flower', `?n=3&size=32&seed=1&format=${format}`);
      expect(response.headers.get('Content-Type')).toBe(`image/${format}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect(Buffer.from(bytes).toString('latin1')).toMatch(signature);
      const { width, height } = await decodeImage(bytes);
      expect([width, height]).toEqual([2 * 32 + 3 * 2, 2 * 32 + 3 * 2]);
    }
  });

  it('ignores unknown and empty parameters', async () => {
    expect((await text('a flower', '?_=123&seed=&n=')).status).toBe(200);
  });

  it.each([
    ['seed=-1', /seed/],
    ['seed=1.5', /seed/],
    ['seed=99999999999999999999', /seed/],
    ['n=0', /n: /],
    ['n=65', /n: /],
    ['size=7', /size/],
    ['size=513', /size/],
    ['format=gif', /format/],
    ['n=64&size=512', /too large/],
  ])('rejects %s', async (query, detail) => {
    const response = await text('a flower', `?${query}`);
    expect(response.status).toBe(400);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      type: 'urn:t2i:problem:bad-request',
      status: 400,
      detail: expect.stringMatching(detail),
    });
  });

  it.each([
    ['/text/', 'caption-empty'],
    ['/text', 'caption-empty'],
    ['/text/%20%0A%00', 'caption-empty'],
    ['/text/%ff', 'bad-request'],
    ['/text/%', 'bad-request'],
    ['/text/50%', 'bad-request'],
  ])('answers %s with a problem', async (path, code) => {
    const response = await app.request(path);
    expect([response.status, (await response.json()).type]).toEqual([400, `urn:t2i:problem:${code}`]);
  });

  it('accepts captions up to the limit', async () => {
    expect((await text('a'.repeat(1000))).status).toBe(200);
    const response = await text('a'.repeat(1001));
    expect([response.status, (await response.json()).type]).toEqual([400, 'urn:t2i:problem:caption-too-long']);
  });
});

describe('with several models', () => {
  it('uses the requested model, or the first', async () => {
    const source = (name: string, revision: string) => ({ name, open: () => mockWorker({ revision }) });
    const models = [await mockServed(source('roses', 'r1')), await mockServed(source('tulips', 't1'))];
    const app = await mockApp({ models });
    const served = async (query: string) => {
      const { headers } = await app.request(`/text/a?seed=1${query}`);
      return [headers.get('T2I-Model'), headers.get('T2I-Revision')];
    };
    expect(await served('')).toEqual(['roses', 'r1']);
    expect(await served('&model=tulips')).toEqual(['tulips', 't1']);
    expect((await app.request('/text/a?model=none')).status).toBe(404);
  });

  it('answers 409 if the revision differs', async () => {
    const response = await app.request('/text/a?seed=1&revision=r0');
    expect([response.status, (await response.json()).type]).toEqual([409, 'urn:t2i:problem:revision-changed']);
    expect((await app.request('/text/a?seed=1&revision=r1')).status).toBe(200);
  });

  it.each([0, 60_000])(
    'lets an image be kept for ever only where the revision is pinned (watched: %s)',
    async (watchEvery) => {
      const served = await mockServed({ newest: async () => 'x' }, { maxWait: 0, watchEvery });
      const app = await mockApp({ models: [served] });
      const cacheControl = async (query: string) =>
        (await app.request(`/text/a?${query}`)).headers.get('Cache-Control');
      expect(await cacheControl('seed=1')).toBe('no-cache');
      expect(await cacheControl('seed=1&revision=r1')).toBe('public, max-age=31536000, immutable');
      expect(await cacheControl('revision=r1')).toBe('no-store');
      await served.close();
    },
  );
});
