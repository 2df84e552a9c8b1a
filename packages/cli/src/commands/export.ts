/** `t2i export`: a trained model as three files for Node and browsers, with or without a web page. */

import { selectBackend } from '@t2i/backend';
import { Command, Option } from 'commander';
import { examples } from '../examples.ts';
import { type ExportFlags, exportWithFlags } from '../export-with-flags.ts';
import { backendOption } from '../flags.ts';
import { directoryOrFlowers } from '../open-model.ts';
import type { Output } from '../output.ts';

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
      const manifest = await exportWithFlags(directoryOrFlowers(directory), flags, output);
      const { generator, encoder, facts, precision, license } = manifest;
      const megabytes = (generator.file.bytes + encoder.file.bytes) / 1e6;
      output.write(`${flags.out}: ${megabytes.toFixed(1)} MB in ${precision}, from epoch ${facts.epoch}\n`);
      if (license === null) output.info('The model states no licence for its weights. Add one with --license.');
    });
}
