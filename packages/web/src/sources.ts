/** Which sources there are for a page: a server behind it, a model beside it, both, or none. */

import { type ImageSource, type LoadProgress, type ModelFacts, SourceError } from './image-source.ts';
import { openServerSource } from './server-source.ts';

/** A source and what it draws with. */
export interface Opened {
  readonly source: ImageSource;
  readonly models: readonly ModelFacts[];
}

export interface Sources {
  /** What the server has, if there is one. Which of its models browsers can draw with themselves, they say. */
  readonly server: Opened | undefined;
  /** Address of the directory of the model that lies beside a page without server. */
  readonly besidePage: string | undefined;
}

/** Looks what there is. @throws SourceError when nobody answers, or there is neither a server nor a model */
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
    throw new SourceError('absent', 'There is no model here to draw with.', {
      hint: 'Start "t2i serve" with a trained run, or put an exported model beside this page, as model/model.json.',
    });
  }
  return { server: undefined, besidePage };
}

function unlessAbsent(error: unknown): undefined {
  if (!(error instanceof SourceError && error.kind === 'absent')) throw error;
}

/** The directory of the model beside the page, if there is one. Hosts of single-page applications answer anything with their page. */
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
  const { openBrowserSource } = await import('./in-browser/open-browser-source.ts'); // what draws comes only now
  const source = await openBrowserSource({ baseUrl, onProgress, signal });
  return { source, models: await source.models(signal) };
}
