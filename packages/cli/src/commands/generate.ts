/** `t2i generate`: pictures for one sentence, or one each for a file of sentences. */

import { selectBackend } from '@t2i/backend';
import { ConfigError, imageGrid, toRgbImages } from '@t2i/core';
import { encodeImage } from '@t2i/image-node';
import type { TextToImage } from '@t2i/published-model';
import { Command } from 'commander';
import { drawCaptions, readCaptions } from '../draw-captions.ts';
import { nameOf, openDrawingModel, runOption } from '../drawing-model.ts';
import { examples } from '../examples.ts';
import { type BackendFlag, backendOption, imageFormat, integer } from '../flags.ts';
import { assertFree, forceOption, intoFolder, writeOut } from '../out-file.ts';
import type { Output } from '../output.ts';
import { tellReading } from '../tell-reading.ts';

/** Where the picture goes, unless a file is named. */
const PICTURE = 'flower.png';

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
    .description('draw pictures for a sentence, or for every line of a file')
    .argument('[sentence]', 'what to draw, in English')
    .addOption(runOption())
    .option('--seed <n>', 'the same seed gives the same bytes', integer(0), 0)
    .option('-n <count>', 'pictures per sentence', integer(1, 1024), 1)
    .option(
      '--out <file>',
      'picture to write: .png, .webp or .jpg (default: flower.png); with --captions a folder (default: drawings)',
    )
    .option('--captions <file>', 'a text file, one sentence a line: writes grids and an HTML page into --out')
    .addOption(forceOption())
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i generate "this flower has white petals and a yellow centre"',
        't2i generate "pink flower with yellow petals" --run runs/flowers --seed 7 -n 8 --out flower.png',
        't2i generate --captions sentences.txt --run runs/flowers -n 4 --out drawings',
      ),
    )
    .action(async (sentence: string | undefined, flags: GenerateFlags) => {
      if ((sentence === undefined) === (flags.captions === undefined)) {
        throw new ConfigError('Give either a sentence or --captions FILE.', { hint: 'See t2i generate --help.' });
      }
      if (sentence !== undefined) imageFormat(flags.out ?? PICTURE);
      assertFree({ named: flags.out, force: flags.force });
      const captions = flags.captions === undefined ? [] : await readCaptions(flags.captions);
      await selectBackend({ prefer: flags.backend });
      const model = await openDrawingModel(flags.run, output);
      try {
        tellReading(model.encoder, sentence === undefined ? captions : [sentence], output);
        const written =
          sentence !== undefined ? await drawSentence(model, sentence, flags) : await drawFile(model, captions, flags);
        output.info(`Drawn with ${nameOf(flags.run)}, seed ${flags.seed}`);
        output.write(`${written.join('\n')}\n`);
      } finally {
        model.dispose();
      }
    });
}

async function drawSentence(model: TextToImage, sentence: string, flags: GenerateFlags): Promise<string[]> {
  const { seed, n, out, force } = flags;
  const format = imageFormat(out ?? PICTURE);
  const images = toRgbImages(await model.generate({ captions: [sentence], seed, perCaption: n }));
  const picture = n === 1 ? images[0]! : imageGrid(images, { columns: Math.ceil(Math.sqrt(n)) });
  return [await writeOut({ named: out, usual: PICTURE, force }, await encodeImage(picture, { format }))];
}

async function drawFile(model: TextToImage, captions: readonly string[], flags: GenerateFlags): Promise<string[]> {
  const { seed, n: perCaption, out, force } = flags;
  return intoFolder({ named: out, usual: 'drawings', force }, 'drawing sentences', (folder) =>
    drawCaptions(model, { captions, seed, perCaption, folder, name: nameOf(flags.run) }),
  );
}
