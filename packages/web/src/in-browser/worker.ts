/** The worker thread: opens a published model on the best available backend, then runs the orders of the page one by one. */

import type { BrowserBackend } from '@t2i/backend';
import { errorMessage, type RgbImage, T2iError } from '@t2i/core';
import { encodePng } from '@t2i/formats';
import { downloadPublishedModel, PublishedModel } from '@t2i/published-model';
import { onFirstBackend } from './backends.ts';
import { generateOrder, unreadOf } from './generate.ts';
import type { Answer, Failure, Message, OpenedModel, Order } from './messages.ts';

/** Name of the browser cache. The version is that of the cache layout, not of a model. */
const CACHE = 't2i-models-1';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const running = new Map<number, AbortController>();
let model: PublishedModel | undefined;
let last: Promise<void> = Promise.resolve();

scope.onmessage = ({ data }: MessageEvent<Message>) => {
  if ('abort' in data) {
    running.get(data.id)?.abort();
    return;
  }
  const { id, order } = data;
  const controller = new AbortController();
  running.set(id, controller);
  last = last.then(async () => {
    const answer = await answerTo(id, order, controller.signal).catch((error) => ({ id, failure: failureOf(error) }));
    running.delete(id);
    scope.postMessage(answer satisfies Answer);
  });
};

async function answerTo(id: number, order: Order, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  if (order.kind === 'open') return { id, opened: await open(id, order.baseUrl, order.backend, signal) };
  const images = await generateOrder(model!, order, signal);
  const unread = order.kind === 'generate' ? unreadOf(model!.encoder, order.caption) : undefined;
  return { id, images: await Promise.all(images.map(asPng)), ...(unread && { unread }) };
}

const asPng = async (image: RgbImage) => new Blob([await encodePng(image)], { type: 'image/png' });

async function open(
  id: number,
  baseUrl: string,
  wanted: BrowserBackend | undefined,
  signal: AbortSignal,
): Promise<OpenedModel> {
  // Pages over plain http have no cache.
  const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
  const onProgress = (progress: { loaded: number; total: number }) =>
    scope.postMessage({ id, progress } satisfies Answer);
  const { manifest, files } = await downloadPublishedModel({ baseUrl, signal, cache, onProgress });
  // a graphics card that fails silently gives another check image; then the next backend is tried
  const { backend, result } = await onFirstBackend(wanted, () => PublishedModel.restore(manifest, files));
  model = result;
  const { imageSize, facts } = manifest;
  return {
    backend,
    facts: { name: facts.dataset, imageSize, epoch: facts.epoch, description: `trained on ${facts.dataset}` },
  };
}

function failureOf(error: unknown): Failure {
  if (T2iError.isInstance(error)) return { code: error.code, message: error.message, hint: error.hint };
  return { code: undefined, message: errorMessage(error), hint: undefined };
}
