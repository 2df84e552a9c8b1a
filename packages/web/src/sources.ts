/** Finds the image sources of a page: a server, a model beside the page, both, or none. */

import { type ImageSource, type LoadProgress, type ModelInfo, SourceError } from './image-source.ts';
import { openServerSource } from './server-source.ts';

/** A source and its models. */
export interface Opened {
  readonly source: ImageSource;
  readonly models: readonly ModelInfo[];
}

export interface Sources {
  /** The server, if there is one. `inBrowser` of its models says which can run in the browser. */
  readonly server: Opened | undefined;
  /** URL of the directory of a model beside a page without a server. */
  readonly besidePage: string | undefined;
}

/** Finds the sources. @throws SourceError when there is no response, or neither a server nor a model */
export async function findSources(
  baseUrl: string,
  signal: AbortSignal,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<Sources> {
  const source = openServerSource({ baseUrl, fetch });
  const models = await source.models(signal).catch(unlessAbsent);
  if (models !== undefined) return { server: { source, models }, besidePage: undefined };
  const besidePage = await findModel(baseUrl, signal, fetch);
  if (besidePage === undefined) {
    throw new SourceError('absent', 'No model found.', {
      hint: 'Start "t2i serve" with a trained run, or put an exported model next to this page, as model/model.json.',
    });
  }
  return { server: undefined, besidePage };
}

function unlessAbsent(error: unknown): undefined {
  if (!(error instanceof SourceError && error.kind === 'absent')) throw error;
}

/** The directory of the model beside the page, if there is one. Hosts of single-page applications answer every URL with a page. */
async function findModel(
  baseUrl: string,
  signal: AbortSignal,
  fetch: typeof globalThis.fetch,
): Promise<string | undefined> {
  const directory = new URL('model/', baseUrl);
  const answer = await fetch(new URL('model.json', directory), { method: 'HEAD', signal }).catch(() => undefined);
  const found = answer?.ok === true && /json/.test(answer.headers.get('Content-Type') ?? '');
  return found ? directory.href : undefined;
}

/** Downloads the model of a directory and starts it in this browser. */
export async function openInBrowser(
  baseUrl: string,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal,
): Promise<Opened> {
  const { openBrowserSource } = await import('./in-browser/open-browser-source.ts'); // loads the backends only now
  const source = await openBrowserSource({ baseUrl, onProgress, signal });
  return { source, models: await source.models(signal) };
}
