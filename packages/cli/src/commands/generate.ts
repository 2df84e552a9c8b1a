/** `t2i generate`: images for one caption, or for every line of a file. */

import { selectBackend } from '@t2i/backend';
import { ConfigError } from '@t2i/core';
import { Command } from 'commander';
import { examples } from '../examples.ts';
import { backendOption, imageFormat, integer } from '../flags.ts';
import { readCaptions } from '../generate-captions.ts';
import { type GenerateFlags, IMAGE, writeImage, writePage } from '../generated-files.ts';
import { nameOf, openModel, runOption } from '../open-model.ts';
import { assertFree, forceOption } from '../out-file.ts';
import type { Output } from '../output.ts';
import { tellReading } from '../tell-reading.ts';

export function generateCommand(output: Output): Command {
  return new Command('generate')
    .description('generate images for a caption, or for every line of a file')
    .argument('[caption]', 'what the image shows, in English')
    .addOption(runOption())
    .option('--seed <n>', 'the same seed gives the same image', integer(0), 0)
    .option('-n <count>', 'images per caption', integer(1, 1024), 1)
    .option(
      '--out <file>',
      'image file: .png, .webp or .jpg (default: flower.png); with --captions a directory (default: drawings)',
    )
    .option('--captions <file>', 'text file with one caption per line; writes grids and an HTML page into --out')
    .addOption(forceOption())
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i generate "this flower has white petals and a yellow centre"',
        't2i generate "pink flower with yellow petals" --run runs/flowers --seed 7 -n 8 --out flower.png',
        't2i generate --captions captions.txt --run runs/flowers -n 4 --out drawings',
      ),
    )
    .action(async (caption: string | undefined, flags: GenerateFlags) => {
      if ((caption === undefined) === (flags.captions === undefined)) {
        throw new ConfigError('Give either a caption or --captions FILE.', { hint: 'See t2i generate --help.' });
      }
      if (caption !== undefined) imageFormat(flags.out ?? IMAGE);
      assertFree({ named: flags.out, force: flags.force });
      const captions = caption === undefined ? await readCaptions(flags.captions!) : [caption];
      await selectBackend({ prefer: flags.backend });
      const model = await openModel(flags.run, output);
      try {
        tellReading(model.encoder, captions, output);
        const write = caption === undefined ? writePage : writeImage;
        const written = await write(model, captions, flags);
        output.info(`Generated with ${nameOf(flags.run)}, seed ${flags.seed}`);
        output.write(`${written.join('\n')}\n`);
      } finally {
        model.dispose();
      }
    });
}
