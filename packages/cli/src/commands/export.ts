/** `t2i export RUN`: a trained model as three files, to be opened in Node and in browsers, with or without a page to draw with. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { selectBackend } from '@t2i/backend';
import { ConfigError } from '@t2i/core';
import { exportRun } from '@t2i/pipeline';
import { pageFolder } from '@t2i/web';
import { Command, Option } from 'commander';
import { examples } from '../examples.ts';
import { type BackendFlag, backendOption } from '../flags.ts';
import type { Output } from '../output.ts';

interface ExportFlags {
  out: string;
  precision: 'float16' | 'float32';
  license?: string;
  page: boolean;
  backend: BackendFlag;
}

export function exportCommand(output: Output): Command {
  return new Command('export')
    .description('write what drawing needs of a run, and no more: generator, text encoder, and what they are')
    .argument('<run>', 'run folder written by `t2i train`')
    .requiredOption('--out <folder>', 'folder to make')
    .addOption(new Option('--precision <bits>', 'of matrices').choices(['float16', 'float32']).default('float16'))
    .option('--license <text>', 'licence of the weights, to be told with them: CC-BY-4.0 for instance')
    .option('--page', 'write a web page that draws in the browser; any server of files can serve the folder', false)
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i export runs/flowers --out flowers',
        't2i generate "a pink flower" --run flowers',
        't2i export runs/flowers --out site --page',
      ),
    )
    .action(async (runDirectory: string, flags: ExportFlags) => {
      const { out: outDirectory, precision, license, backend } = flags;
      const page = flags.page ? builtPage() : undefined;
      await selectBackend({ prefer: backend });
      const manifest = await exportRun({ runDirectory, outDirectory, precision, license, page, logger: output });
      const { generator, encoder, facts } = manifest;
      const megabytes = (generator.file.bytes + encoder.file.bytes) / 1e6;
      output.write(`${outDirectory}: ${megabytes.toFixed(1)} MB in ${precision}, of epoch ${facts.epoch}\n`);
      if (license === undefined) output.info('It says nothing about the licence of its weights: give --license.');
    });
}

function builtPage(): string {
  if (existsSync(join(pageFolder, 'index.html'))) return pageFolder;
  throw new ConfigError('The page is not built.', { hint: 'Run "npx --yes pnpm@10.34.9 build" first.' });
}
