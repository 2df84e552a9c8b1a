/** Which sources there are for a page: a server behind it, a model beside it, both, or none. */

import { type LoadProgress, type ModelFacts, type PictureSource, SourceError } from './picture-source.ts';
import { openServerSource } from './server-source.ts';

/** A source and what it draws with. */
export interface Opened {
  readonly source: PictureSource;
  readonly models: readonly ModelFacts[];
}

export interface Sources {
  /** What the server has, if there is one. */
  readonly server: Opened | undefined;
  /** Downloads the model and starts it in this browser, if one lies beside the page or the server offers its own. */
  readonly openInBrowser:
    | ((onProgress: (progress: LoadProgress) => void, signal: AbortSignal) => Promise<Opened>)
    | undefined;
}

/** Looks what there is. @throws SourceError when nobody answers, or there is neither a server nor a model */
export async function findSources(
  baseUrl: string,
  signal: AbortSignal,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<Sources> {
  const source = openServerSource({ baseUrl, fetch });
  const models = await source.models(signal).catch(unlessAbsent);
  const told = source.browserModel();
  const modelUrl = told === undefined ? await findModel(baseUrl, signal, fetch) : told;
  if (models === undefined && modelUrl === null) {
    throw new SourceError('absent', 'There is no model here to draw with.', {
      hint: 'Start "t2i serve" with a trained run, or put an exported model beside this page, as model/model.json.',
    });
  }
  return {
    server: models && { source, models },
    openInBrowser: modelUrl === null ? undefined : (onProgress, signal) => open({ modelUrl, onProgress, signal }),
  };
}

function unlessAbsent(error: unknown): undefined {
  if (!(error instanceof SourceError && error.kind === 'absent')) throw error;
}

/** The folder of the model beside the page, or null. Hosts of single-page applications answer anything with their page. */
async function findModel(baseUrl: string, signal: AbortSignal, fetch: typeof globalThis.fetch): Promise<string | null> {
  const folder = new URL('model/', baseUrl);
  const answer = await fetch(new URL('model.json', folder), { method: 'HEAD', signal }).catch(() => undefined);
  const found = answer?.ok === true && /json/.test(answer.headers.get('Content-Type') ?? '');
  return found ? folder.href : null;
}

async function open(options: {
  modelUrl: string;
  onProgress: (progress: LoadProgress) => void;
  signal: AbortSignal;
}): Promise<Opened> {
  const { openBrowserSource } = await import('./in-browser/open-browser-source.ts'); // what draws comes only now
  const { modelUrl: baseUrl, onProgress, signal } = options;
  const source = await openBrowserSource({ baseUrl, onProgress, signal });
  return { source, models: await source.models(signal) };
}
