/** An image source over HTTP: the routes of `@t2i/server` under `/v1`, beside the page. */

import type { CaptionReading } from '@t2i/core';
import { cutStrip } from './cut-strip.ts';
import {
  type EpochSheet,
  type GeneratedImage,
  type GenerateRequest,
  type ImageSource,
  type InterpolateRequest,
  type ModelInfo,
  SourceError,
} from './image-source.ts';

export interface ServerSourceOptions {
  /** URL of the directory of the page; `v1/…` is relative to it. */
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  /** Cuts the server's strip into images; uses a canvas by default. */
  readonly cut?: (strip: Blob, count: number) => Promise<readonly Blob[]>;
}

interface ServedModels {
  readonly models: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly samples: boolean;
    readonly inBrowser: string | null;
  }[];
}

interface ServedModel {
  readonly imageSize: number;
  readonly epoch?: number;
  readonly dataset?: { readonly name?: string };
}

/** `models()` rejects with a SourceError of kind `absent` if there is no `@t2i/server`. */
export function openServerSource({ baseUrl, fetch = globalThis.fetch, cut = cutStrip }: ServerSourceOptions) {
  /** The server's URLs are relative to its root, which may differ from the root of the page's host. */
  const resolve = (address: string) => new URL(address.replace(/^\//, ''), baseUrl).href;
  const ask = (path: string, init: RequestInit) => request(fetch, new URL(`v1/${path}`, baseUrl), init);
  let withSamples: ReadonlySet<string> = new Set();
  let first: string | undefined;

  async function models(signal?: AbortSignal): Promise<readonly ModelInfo[]> {
    const served = (await readJson(await ask('models', withSignal(signal)))) as ServedModels;
    if (!Array.isArray(served?.models)) throw absent();
    const ready = served.models.filter((model) => model.ready);
    if (ready.length === 0) throw new SourceError('busy', 'The server is still loading its model.');
    withSamples = new Set(ready.filter(({ samples }) => samples).map(({ name }) => name));
    first = ready[0]!.name;
    return Promise.all(
      ready.map(async ({ name, inBrowser }) => {
        const answer = await ask(`model?${new URLSearchParams({ model: name })}`, withSignal(signal));
        const facts = modelInfo(name, (await readJson(answer)) as ServedModel);
        return inBrowser === null ? facts : { ...facts, inBrowser: resolve(inBrowser) };
      }),
    );
  }

  async function generate(wanted: GenerateRequest, signal?: AbortSignal): Promise<readonly GeneratedImage[]> {
    const { model, caption, seed, count, like = [] } = wanted;
    const body = JSON.stringify({ model, captions: [caption], perCaption: count, seed, like });
    const headers = { 'Content-Type': 'application/json' };
    const answer = await ask('generate', { ...withSignal(signal), method: 'POST', headers, body });
    const { images, unread = [] } = (await readJson(answer)) as {
      images: readonly { caption: string; index: number; data: string }[];
      unread?: readonly CaptionReading[]; // of the one caption
    };
    return images.map(({ data, ...facts }) => ({
      ...facts,
      seed,
      url: `data:image/png;base64,${data}`,
      ...(unread[0] && { unread: unread[0] }),
    }));
  }

  async function interpolate(wanted: InterpolateRequest, signal?: AbortSignal): Promise<readonly GeneratedImage[]> {
    const { model, from, to, seed, steps } = wanted;
    const query = new URLSearchParams({ from, to, seed: String(seed), steps: String(steps) });
    if (model !== undefined) query.set('model', model);
    const strip = await (await ask(`interpolate?${query}`, withSignal(signal))).blob();
    const images = await cut(strip, steps);
    return images.map((image, step) => ({
      url: URL.createObjectURL(image),
      caption: 2 * step < steps ? from : to,
      seed,
      index: 0,
    }));
  }

  async function samples(model = first, signal?: AbortSignal): Promise<readonly EpochSheet[]> {
    if (model === undefined || !withSamples.has(model)) return [];
    const answer = await ask(`samples/${encodeURIComponent(model)}`, withSignal(signal));
    const { sheets } = (await readJson(answer)) as { sheets: readonly EpochSheet[] };
    return sheets.map(({ epoch, url }) => ({ epoch, url: resolve(url) }));
  }

  return { kind: 'server', models, generate, interpolate, samples } satisfies ImageSource;
}

function modelInfo(name: string, { imageSize, epoch, dataset }: ServedModel): ModelInfo {
  return {
    name,
    imageSize,
    ...(epoch !== undefined && { epoch }),
    ...(typeof dataset?.name === 'string' && { description: `trained on ${dataset.name}` }),
  };
}

const withSignal = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });
const absent = () => new SourceError('absent', 'There is no image server at this URL.');

async function request(fetch: typeof globalThis.fetch, url: URL, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    throw new SourceError('away', 'The server does not respond.', { cause });
  }
  if (answer.ok) return answer;
  throw await errorOf(answer);
}

/** The error of a response in RFC 9457 format. Any other response comes from something else at this URL. */
async function errorOf(answer: Response): Promise<SourceError> {
  const { status, headers } = answer;
  if (!/json/.test(headers.get('Content-Type') ?? '')) {
    return status >= 502 && status <= 504 ? new SourceError('away', 'The server does not respond.') : absent();
  }
  const { detail } = (await readJson(answer)) as { detail?: unknown };
  const message = typeof detail === 'string' ? detail : `The server responded with status ${status}.`;
  if (status === 429 || status === 503 || status === 504) {
    const seconds = Number(headers.get('Retry-After'));
    return new SourceError('busy', message, seconds > 0 ? { retryAfter: seconds } : {});
  }
  return new SourceError(status >= 500 ? 'broken' : 'refused', message);
}

async function readJson(answer: Response): Promise<unknown> {
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    throw absent();
  }
}
