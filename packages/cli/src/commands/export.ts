/** `t2i export RUN`: a trained model as three files, to be opened in Node and in browsers, with or without a page to draw with. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { selectBackend } from '@t2i/backend';
import { ConfigError } from '@t2i/core';
import { type ExportedRun, exportModel, exportRun, openDirectory } from '@t2i/pipeline';
import type { ModelManifest } from '@t2i/published-model';
import { cardFiles } from '@t2i/reports';
import { USUAL_BEGINNINGS } from '@t2i/text-encoder';
import { pageDirectory } from '@t2i/web';
import { Command, Option } from 'commander';
import { cardFacts } from '../card-facts.ts';
import { examples } from '../examples.ts';
import { type BackendFlag, backendOption } from '../flags.ts';
import { directoryOrFlowers } from '../open-model.ts';
import type { Output } from '../output.ts';

interface ExportFlags {
  out: string;
  precision?: ModelManifest['precision'];
  license?: string;
  complete?: string;
  page: boolean;
  replace: boolean;
  backend: BackendFlag;
}

export function exportCommand(output: Output): Command {
  return new Command('export')
    .description(
      'write what drawing needs of a run, and no more: generator, text encoder, what they are, and a model card',
    )
    .argument(
      '[run]',
      'run directory written by `t2i train`, or an exported model to copy (default: the flowers that come with t2i)',
    )
    .requiredOption('--out <directory>', 'directory to make')
    .addOption(new Option('--precision <bits>', 'of matrices (default: float16)').choices(['float16', 'float32']))
    .option('--license <text>', 'licence of the weights, to be told with them: CC-BY-4.0 for instance')
    .option('--complete <words>', 'put these words before a caption that does not begin as the data do')
    .option('--page', 'write a web page that draws in the browser; any server of files can serve the directory', false)
    .option('--replace', 'let an exported model go that is in the directory already', false)
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i export runs/flowers --out flowers',
        't2i generate "a pink flower" --run flowers',
        't2i export runs/flowers --out site --page',
        't2i export --out site --page',
      ),
    )
    .action(async (directory: string | undefined, flags: ExportFlags) => {
      await selectBackend({ prefer: flags.backend });
      const manifest = await write(directoryOrFlowers(directory), flags, output);
      const { generator, encoder, facts, precision, license } = manifest;
      const megabytes = (generator.file.bytes + encoder.file.bytes) / 1e6;
      output.write(`${flags.out}: ${megabytes.toFixed(1)} MB in ${precision}, of epoch ${facts.epoch}\n`);
      if (license === null) output.info('It says nothing about the licence of its weights: give --license.');
    });
}

async function write(directory: string, flags: ExportFlags, output: Output): Promise<ModelManifest> {
  const { out: outDirectory, precision, license, complete, replace } = flags;
  const completion = complete === undefined ? undefined : { prefix: wordsOf(complete), unless: USUAL_BEGINNINGS };
  const place = { outDirectory, replace, page: flags.page ? builtPage() : undefined };
  if ((await openDirectory(directory)).holds !== 'published-model') {
    const beside = async (exported: ExportedRun) => cardFiles(exported, await cardFacts(directory));
    return exportRun({ runDirectory: directory, ...place, precision, license, completion, logger: output, beside });
  }
  if (precision === undefined && license === undefined && complete === undefined) return exportModel(directory, place);
  throw new ConfigError(`${directory} is an exported model: it is copied as it is.`, {
    hint: 'Leave --precision, --license and --complete out, or export the run that it came from.',
  });
}

/** @throws ConfigError when there is nothing to put before a caption */
function wordsOf(text: string): string {
  if (text.trim() !== '') return text.trim();
  throw new ConfigError('--complete has no words.', { hint: 'Say how captions of the data begin, or leave it out.' });
}

function builtPage(): string {
  if (existsSync(join(pageDirectory, 'index.html'))) return pageDirectory;
  throw new ConfigError('The page is not built.', { hint: 'Run "npx --yes pnpm@10.34.9 build" first.' });
}
