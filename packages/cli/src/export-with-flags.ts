/** Exports a run, or copies an exported model. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@t2i/core';
import { type ExportedRun, exportModel, exportRun, openDirectory } from '@t2i/pipeline';
import type { ModelManifest } from '@t2i/published-model';
import { cardFiles } from '@t2i/reports';
import { USUAL_BEGINNINGS } from '@t2i/text-encoder';
import { pageDirectory } from '@t2i/web';
import { cardFacts } from './card-facts.ts';
import type { BackendFlag } from './flags.ts';
import type { Output } from './output.ts';

export interface ExportFlags {
  out: string;
  precision?: ModelManifest['precision'];
  license?: string;
  complete?: string;
  page: boolean;
  replace: boolean;
  backend: BackendFlag;
}

export async function exportWithFlags(directory: string, flags: ExportFlags, output: Output): Promise<ModelManifest> {
  const { out: outDirectory, precision, license, complete, replace } = flags;
  const completion = complete === undefined ? undefined : { prefix: wordsOf(complete), unless: USUAL_BEGINNINGS };
  const place = { outDirectory, replace, page: flags.page ? builtPage() : undefined };
  if ((await openDirectory(directory)).holds !== 'published-model') {
    const beside = async (exported: ExportedRun) => cardFiles(exported, await cardFacts(directory));
    return exportRun({ runDirectory: directory, ...place, precision, license, completion, logger: output, beside });
  }
  if (precision === undefined && license === undefined && complete === undefined) return exportModel(directory, place);
  throw new ConfigError(`${directory} is an exported model; it can only be copied unchanged.`, {
    hint: 'Leave out --precision, --license and --complete, or export the run that the model came from.',
  });
}

/** @throws ConfigError when the text is empty */
function wordsOf(text: string): string {
  if (text.trim() !== '') return text.trim();
  throw new ConfigError('--complete is empty.', {
    hint: 'Give the words that training captions begin with, or leave it out.',
  });
}

function builtPage(): string {
  if (existsSync(join(pageDirectory, 'index.html'))) return pageDirectory;
  throw new ConfigError('The page is not built.', { hint: 'Run "npx --yes pnpm@10.34.9 build" first.' });
}
