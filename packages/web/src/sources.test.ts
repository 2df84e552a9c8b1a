import { describe, expect, it } from 'vitest';
import { findSources } from './sources.ts';

const { signal } = new AbortController();

/** Fetches from a host that has these files. */
function host(files: Readonly<Record<string, Response | Error>>): typeof fetch {
  return async (input) => {
    const answer = files[new URL(String(input)).pathname + new URL(String(input)).search];
    if (answer instanceof Error) throw answer;
    return answer?.clone() ?? new Response('not found', { status: 404 });
  };
}

const find = (files: Parameters<typeof host>[0]) => findSources('https://flowers.example/', signal, host(files));
const served = (inBrowser: string | null) => ({
  '/v1/models': Response.json({ models: [{ name: 'roses', ready: true, samples: false, inBrowser }] }),
  '/v1/model?model=roses': Response.json({ imageSize: 64 }),
});
const model = { '/model/model.json': Response.json({}) };

describe('findSources', () => {
  it('finds a server, which reports models for browsers itself', async () => {
    const { server, besidePage } = await find({ ...served(null), ...model });
    expect(server?.models).toEqual([{ name: 'roses', imageSize: 64 }]);
    expect(besidePage).toBeUndefined();
  });

  it('finds a server and a model', async () => {
    const { server } = await find(served('/v1/model-files/roses/'));
    expect(server?.models.map((model) => model.inBrowser)).toEqual(['https://flowers.example/v1/model-files/roses/']);
  });

  it('finds a model among static files', async () => {
    const { server, besidePage } = await find(model);
    expect([server, besidePage]).toEqual([undefined, 'https://flowers.example/model/']);
  });

  it('does not mistake a page for a model', async () => {
    const page = new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } });
    await expect(find({ '/v1/models': page, '/model/model.json': page })).rejects.toMatchObject({
      kind: 'absent',
      hint: expect.stringContaining('t2i serve'),
    });
  });

  it('reports that there is no response', async () => {
    await expect(find({ '/v1/models': new TypeError('Failed to fetch') })).rejects.toMatchObject({ kind: 'away' });
  });
});
