/** `t2i generate`: images for one caption, or for every line of a file. */

import { selectBackend } from '@t2i/backend';
import { ConfigError, imageGrid, toRgbImages } from '@t2i/core';
import { encodeImage } from '@t2i/image-node';
import type { TextToImage } from '@t2i/published-model';
import { Command } from 'commander';
import { examples } from '../examples.ts';
import { type BackendFlag, backendOption, imageFormat, integer } from '../flags.ts';
import { generateCaptions, readCaptions } from '../generate-captions.ts';
import { nameOf, openModel, runOption } from '../open-model.ts';
import { assertFree, forceOption, intoDirectory, writeOut } from '../out-file.ts';
import type { Output } from '../output.ts';
import { tellReading } from '../tell-reading.ts';

/** The image file, unless --out names one. */
const IMAGE = 'flower.png';

interface GenerateFlags {
  run?: string;
  seed: number;
  n: number;
  out?: string;
  captions?: string;
  force: boolean;
  backend: BackendFlag;
}

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

async function writeImage(model: TextToImage, captions: readonly string[], flags: GenerateFlags): Promise<string[]> {
  const { seed, n, out, force } = flags;
  const images = toRgbImages(await model.generate({ captions, seed, perCaption: n }));
  const image = n === 1 ? images[0]! : imageGrid(images, { columns: Math.ceil(Math.sqrt(n)) });
  const bytes = await encodeImage(image, { format: imageFormat(out ?? IMAGE) });
  return [await writeOut({ named: out, usual: IMAGE, force }, bytes)];
}

async function writePage(model: TextToImage, captions: readonly string[], flags: GenerateFlags): Promise<string[]> {
  const { seed, n: perCaption, out, force } = flags;
  return intoDirectory({ named: out, usual: 'drawings', force }, 'generating images', (directory) =>
    generateCaptions(model, { captions, seed, perCaption, directory, name: nameOf(flags.run) }),
  );
}
