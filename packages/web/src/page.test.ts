import { beforeEach, describe, expect, it } from 'vitest';
import type { GeneratedImage, GenerateRequest, ImageSource, InterpolateRequest } from './image-source.ts';
import { SourceError } from './image-source.ts';
import { Page } from './page.ts';
import type { Sources } from './sources.ts';

const settle = () => new Promise((resolve) => setTimeout(resolve));

class MockSource implements ImageSource {
  readonly kind: 'server' | 'browser';
  readonly requests: (GenerateRequest | InterpolateRequest)[] = [];
  sheetCalls = 0;
  failure: Error | undefined;

  constructor(kind: 'server' | 'browser' = 'server') {
    this.kind = kind;
  }
  async models() {
    return [{ name: 'roses', imageSize: 64 }];
  }
  async generate(request: GenerateRequest): Promise<GeneratedImage[]> {
    this.requests.push(request);
    if (this.failure !== undefined) throw this.failure;
    const { caption, seed, count } = request;
    return Array.from({ length: count }, (_, index) => ({ url: `data:,${index}`, caption, seed, index }));
  }
  async interpolate(request: InterpolateRequest): Promise<GeneratedImage[]> {
    this.requests.push(request);
    return Array.from({ length: request.steps }, () => ({ url: 'data:,', caption: '', seed: 0, index: 0 }));
  }
  dispose() {
    disposals += 1;
  }
  samples = async () => {
    this.sheetCalls += 1;
    return [{ epoch: this.sheetCalls, url: 'data:,' }];
  };
}

let server: MockSource;
let browser: MockSource;
let addresses: string[];
let disposals: number;
let opens: string[];

/** A page with these sources at this URL, after everything has loaded. */
async function pageOn(search: string, has: { server?: boolean; browser?: boolean } = { server: true }) {
  let seeds = 100;
  const models = [
    { name: 'roses', imageSize: 64, ...(has.browser && { inBrowser: 'roses/' }) },
    { name: 'tulips', imageSize: 64, ...(has.browser && { inBrowser: 'tulips/' }) },
    { name: 'training', imageSize: 64 },
  ];
  const sources: Sources = {
    server: has.server ? { source: server, models } : undefined,
    besidePage: has.browser && !has.server ? 'model/' : undefined,
  };
  const page = new Page({
    find: async () => sources,
    openInBrowser: async (modelUrl, onProgress) => {
      opens.push(modelUrl);
      onProgress({ loaded: 1, total: 2 });
      return { source: browser, models: await browser.models() };
    },
    setUrl: (address, mode) => addresses.push(`${mode} ${address}`),
    freshSeed: () => seeds++,
  });
  page.show(search);
  await settle();
  return page;
}

beforeEach(() => {
  server = new MockSource();
  browser = new MockSource('browser');
  addresses = [];
  disposals = 0;
  opens = [];
});

describe('at the start', () => {
  it('generates the first caption with a random seed and puts the seed into the URL', async () => {
    const { state } = await pageOn('');
    expect(server.requests).toEqual([{ caption: 'pink flower with yellow petals', seed: 100, count: 8, like: [] }]);
    expect(state.images).toMatchObject({ status: 'done', value: { length: 8 } });
    expect(addresses).toEqual(['replace ?text=pink+flower+with+yellow+petals&seed=100']);
  });

  it('generates the images of a shared link and keeps the URL', async () => {
    const { state } = await pageOn('?text=a+blue+one&seed=7&like=3.1&model=roses');
    expect(server.requests).toEqual([{ model: 'roses', caption: 'a blue one', seed: 7, count: 8, like: [3, 1] }]);
    expect(state.drafts.text).toBe('a blue one');
    expect(addresses).toEqual([]);
  });

  it('interpolates between two captions if the URL says so', async () => {
    const { state } = await pageOn('?view=between&text=a&to=b&seed=7&at=0.25');
    expect(server.requests).toEqual([{ from: 'a', to: 'b', seed: 7, steps: 17 }]);
    expect(state.scene.share).toBe(0.25);
  });
});

describe('GO', () => {
  it('generates the typed caption with a new seed, as a history entry', async () => {
    const page = await pageOn('?text=a&seed=7&like=2');
    page.type({ text: '  a blue one ' });
    page.go();
    await settle();
    expect(server.requests.at(-1)).toMatchObject({ caption: 'a blue one', seed: 100, like: [] });
    expect(addresses).toEqual(['push ?text=a+blue+one&seed=100']);
  });

  it('keeps the seed and the similar image while they are locked', async () => {
    const page = await pageOn('?text=a&seed=7&like=2');
    page.lock(true);
    page.type({ text: 'b' });
    page.go();
    await settle();
    expect(server.requests.at(-1)).toMatchObject({ caption: 'b', seed: 7, like: [2] });
  });

  it('does nothing for an empty caption', async () => {
    const page = await pageOn('?text=a&seed=7');
    page.type({ text: ' ' });
    page.go();
    await settle();
    expect([server.requests.length, addresses]).toEqual([1, []]);
  });

  it('generates the same again on request, since the weights may be newer, but not by itself', async () => {
    const page = await pageOn('?text=a&seed=7');
    page.lock(true);
    page.go();
    await settle();
    page.view('between');
    page.view('generate');
    await settle();
    const captions = server.requests.filter((request) => 'caption' in request);
    expect(captions).toEqual([captions[0], captions[0]]);
    expect(addresses.some((address) => address.startsWith('push ?text=a&seed=7'))).toBe(true);
  });

  it('retries a failed request', async () => {
    server.failure = new SourceError('refused', 'No.');
    const page = await pageOn('?text=a&seed=7');
    expect(page.state.images).toMatchObject({ status: 'failed', error: { message: 'No.' } });
    server.failure = undefined;
    page.lock(true);
    page.go();
    await settle();
    expect(page.state.images.status).toBe('done');
  });
});

describe('seeds', () => {
  it('that the user enters are used and locked', async () => {
    const page = await pageOn('?text=a&seed=7&like=2');
    page.chooseSeed(42);
    await settle();
    expect(server.requests.at(-1)).toMatchObject({ seed: 42, like: [] });
    expect(page.state.locked).toBe(true);
  });

  it('lead to similar images and back', async () => {
    const page = await pageOn('?text=a&seed=7');
    page.moreLike(3);
    page.moreLike(5);
    await settle();
    expect(server.requests.at(-1)).toMatchObject({ seed: 7, like: [3, 5] });
    page.lessLike();
    await settle();
    expect(server.requests.at(-1)).toMatchObject({ seed: 7, like: [3] });
    expect(addresses.at(-1)).toBe('push ?text=a&seed=7&like=3');
  });
});

it('going back in the history restores the images', async () => {
  const page = await pageOn('?text=a&seed=7');
  page.type({ text: 'b' });
  page.go();
  page.show('?text=a&seed=7');
  await settle();
  expect(server.requests.at(-1)).toMatchObject({ caption: 'a', seed: 7 });
  expect(page.state.drafts.text).toBe('a');
});

it('sliding generates nothing and changes the URL when it settles', async () => {
  const page = await pageOn('?view=between&text=a&to=b&seed=7');
  page.slide({ share: 0.1 }, false);
  page.slide({ share: 0.2 }, false);
  expect([page.state.scene.share, addresses]).toEqual([0.2, []]);
  page.slide({ share: 0.3 }, true);
  await settle();
  expect(addresses).toEqual(['replace ?view=between&text=a&to=b&seed=7&at=0.3']);
  expect(server.requests).toHaveLength(1);
});

it('the training samples are fetched whenever their view opens', async () => {
  const page = await pageOn('?text=a&seed=7');
  page.view('training');
  await settle();
  expect(page.state.sheets.value).toEqual([{ epoch: 1, url: 'data:,' }]);
  page.view('generate');
  page.view('training');
  await settle();
  expect(page.state.sheets.value).toEqual([{ epoch: 2, url: 'data:,' }]);
  expect(server.requests).toHaveLength(1);
});

describe('a model beside the page', () => {
  it('without a server is downloaded when the user asks for an image, not before', async () => {
    const page = await pageOn('', { browser: true });
    expect([opens, page.state.where, page.state.opened]).toEqual([[], 'browser', undefined]);
    page.go();
    await settle();
    expect([opens, page.state.progress]).toEqual([['model/'], { loaded: 1, total: 2 }]);
    expect(browser.requests).toEqual([{ caption: 'pink flower with yellow petals', seed: 100, count: 8, like: [] }]);
  });

  it('is downloaded at once if the URL asks for an image', async () => {
    await pageOn('?text=a&seed=7', { browser: true });
    expect([opens, browser.requests]).toMatchObject([['model/'], [{ caption: 'a', seed: 7 }]]);
  });

  it('beside a server is optional and downloaded once', async () => {
    const page = await pageOn('?text=a&seed=7', { server: true, browser: true });
    expect([page.state.where, opens]).toEqual(['server', []]);
    page.chooseWhere('browser');
    await settle();
    expect(browser.requests).toEqual(server.requests);
    page.chooseWhere('server');
    await settle();
    page.chooseWhere('browser');
    await settle();
    expect([opens, page.state.where]).toEqual([['roses/'], 'browser']);
    expect([server.requests.length, browser.requests.length]).toEqual([2, 2]);
    expect(addresses.at(-1)).toBe('push ?text=a&seed=7&in=browser');
  });

  it('is the selected one, and the previous one is disposed', async () => {
    const page = await pageOn('?text=a&seed=7&in=browser', { server: true, browser: true });
    page.chooseModel('tulips');
    expect(page.state.opened).toBeUndefined(); // nothing is generated with the wrong one meanwhile
    await settle();
    expect([opens, disposals, browser.requests.length]).toEqual([['roses/', 'tulips/'], 1, 2]);
    page.chooseModel('training');
    await settle();
    expect([page.state.where, page.state.forBrowsers, opens.length]).toEqual(['server', false, 2]);
    page.chooseModel('tulips');
    await settle();
    expect([page.state.where, opens.length, browser.requests.length]).toEqual(['browser', 2, 3]);
  });

  it('is not required if the URL asks for it but there is none', async () => {
    const page = await pageOn('?text=a&seed=7&in=browser');
    expect([page.state.where, server.requests.length]).toEqual(['server', 1]);
  });
});
