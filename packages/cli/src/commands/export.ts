/** `t2i export`: a trained model as three files for Node and browsers, with or without a web page. */

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
    .description('write the generator and text encoder of a run as a model to publish, with a model card')
    .argument('[run]', 'a run of `t2i train`, or an exported model to copy (default: the included flower model)')
    .requiredOption('--out <directory>', 'directory to create')
    .addOption(
      new Option('--precision <bits>', 'number format of the weights (default: float16)').choices([
        'float16',
        'float32',
      ]),
    )
    .option('--license <text>', 'licence of the weights, for example CC-BY-4.0')
    .option('--complete <words>', 'put these words before captions that begin unlike the training captions')
    .option('--page', 'add a web page that generates images in the browser; any static file server can serve it', false)
    .option('--replace', 'overwrite an existing exported model', false)
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
      output.write(`${flags.out}: ${megabytes.toFixed(1)} MB in ${precision}, from epoch ${facts.epoch}\n`);
      if (license === null) output.info('The model states no licence for its weights. Add one with --license.');
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
