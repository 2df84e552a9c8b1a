/** An image source with a model in a Web Worker: no server needed. */

import type { BrowserBackend } from '@t2i/backend';
import {
  type GeneratedImage,
  type GenerateRequest,
  type ImageSource,
  type InterpolateRequest,
  type LoadProgress,
  type OpenBrowserSource,
  SourceError,
  type SourceErrorKind,
} from '../image-source.ts';
import type { Answer, Failure, GeneratedImages, Message, OpenedModel, Order } from './messages.ts';

export interface BrowserSourceOptions {
  /** URL of the directory with `model.json`. */
  readonly baseUrl: string;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Aborts the download and terminates the worker. */
  readonly signal?: AbortSignal;
  /** Default: the best backend that works. An explicit one may be a software renderer. */
  readonly backend?: BrowserBackend;
  readonly startWorker?: () => Worker;
}

/**
 * Downloads the model, or takes it from the browser cache, and starts it.
 * @throws SourceError `away` when the download fails, `broken` when a file is damaged or no backend works
 */
export async function openBrowserSource(options: BrowserSourceOptions): Promise<ImageSource> {
  const { baseUrl, signal, backend: wanted, onProgress, startWorker = startOwnWorker } = options;
  signal?.throwIfAborted();
  const thread = new InferenceThread(startWorker(), onProgress);
  try {
    const { backend, facts } = await thread.order<OpenedModel>({ kind: 'open', baseUrl, backend: wanted }, signal);
    return {
      kind: 'browser',
      backend,
      models: async () => [facts],
      generate: (request, signal) => generate(thread, request, signal),
      interpolate: (request, signal) => interpolate(thread, request, signal),
      dispose: () => thread.end(),
    };
  } catch (error) {
    thread.end();
    throw error;
  }
}
openBrowserSource satisfies OpenBrowserSource;

function startOwnWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
}

async function generate(
  thread: InferenceThread,
  { model: _, ...request }: GenerateRequest,
  signal: AbortSignal | undefined,
): Promise<readonly GeneratedImage[]> {
  const { images, unread } = await thread.order<GeneratedImages>({ kind: 'generate', ...request }, signal);
  const { caption, seed } = request;
  const common = { caption, seed, ...(unread && { unread }) };
  return images.map((image, index) => ({ url: URL.createObjectURL(image), ...common, index }));
}

async function interpolate(
  thread: InferenceThread,
  { model: _, ...request }: InterpolateRequest,
  signal: AbortSignal | undefined,
): Promise<readonly GeneratedImage[]> {
  const { images } = await thread.order<GeneratedImages>({ kind: 'interpolate', ...request }, signal);
  const { from, to, seed, steps } = request;
  return images.map((image, step) => ({
    url: URL.createObjectURL(image),
    caption: 2 * step < steps ? from : to,
    seed,
    index: 0,
  }));
}

interface Waiting {
  resolve(value: OpenedModel | GeneratedImages): void;
  reject(reason: unknown): void;
}

/** The page's end of the worker. */
class InferenceThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #ids = 0;

  constructor(worker: Worker, onProgress: BrowserSourceOptions['onProgress']) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('progress' in data) onProgress?.(data.progress);
      else if ('failure' in data) this.#take(data.id)?.reject(sourceError(data.failure));
      else this.#take(data.id)?.resolve('opened' in data ? data.opened : data);
    };
    // It could not be loaded, or threw outside an order: no answer will come.
    worker.onerror = ({ message }) => {
      const hint = 'Reload the page. If that does not help, generate on the server.';
      this.#rejectAll(
        new SourceError('broken', `The model in this browser has stopped. ${message ?? ''}`.trim(), { hint }),
      );
    };
  }

  /** Rejects with the signal's reason as soon as it is aborted. The worker stops at its next check for messages. */
  async order<T extends OpenedModel | GeneratedImages>(order: Order, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    const id = ++this.#ids;
    const answer = new Promise<OpenedModel | GeneratedImages>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    const onAbort = () => {
      this.#take(id)?.reject(signal!.reason);
      this.#post({ id, abort: true });
    };
    signal?.addEventListener('abort', onAbort);
    this.#post({ id, order });
    try {
      return (await answer) as T;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  end(): void {
    this.#worker.terminate();
    this.#rejectAll(new DOMException('The model in this browser was closed.', 'AbortError'));
  }

  #post(message: Message): void {
    this.#worker.postMessage(message);
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #rejectAll(reason: unknown): void {
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(reason);
  }
}

/** The kind of each error code. Any other error is `broken`. */
const KINDS: Readonly<Record<string, SourceErrorKind>> = { ERR_FETCH: 'away', ERR_CONFIG: 'refused' };

function sourceError({ code, message, hint }: Failure): SourceError {
  if (code !== undefined) return new SourceError(KINDS[code] ?? 'broken', message, { hint });
  return new SourceError('broken', `The backend in this browser failed: ${message}`, { hint: 'Reload the page.' });
}
