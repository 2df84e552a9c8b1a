/** `t2i generate`: pictures for one sentence, or one each for a file of sentences. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { selectBackend } from '@t2i/backend';
import { ConfigError, imageGrid, type RgbImage, toRgbImages } from '@t2i/core';
import { writeFileAtomic } from '@t2i/core/node';
import { encodeImage } from '@t2i/image-node';
import type { TextToImage } from '@t2i/published-model';
import { Command } from 'commander';
import { captionPage } from '../caption-page.ts';
import { nameOf, openDrawingModel, runOption } from '../drawing-model.ts';
import { examples } from '../examples.ts';
import { type BackendFlag, backendOption, imageFormat, integer } from '../flags.ts';
import type { Output } from '../output.ts';
import { tellReading } from '../tell-reading.ts';

interface GenerateFlags {
  run?: string;
  seed: number;
  n: number;
  out?: string;
  captions?: string;
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
    .option('--captions <file>', 'a text file, one sentence a line: writes a grid and an HTML page into --out')
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
      await selectBackend({ prefer: flags.backend });
      const model = await openDrawingModel(flags.run, output);
      try {
        const written =
          sentence !== undefined
            ? await drawSentence(model, sentence, { ...flags, out: flags.out ?? 'flower.png' }, output)
            : await drawFile(model, flags.captions!, { ...flags, out: flags.out ?? 'drawings' }, output);
        output.info(`Drawn with ${nameOf(flags.run)}, seed ${flags.seed}`);
        output.write(`${written.join('\n')}\n`);
      } finally {
        model.dispose();
      }
    });
}

type DrawFlags = GenerateFlags & { out: string };

async function drawSentence(model: TextToImage, sentence: string, flags: DrawFlags, output: Output): Promise<string[]> {
  const { seed, n, out } = flags;
  const format = imageFormat(out);
  tellReading(model.encoder, [sentence], output);
  const images = toRgbImages(await model.generate({ captions: [sentence], seed, perCaption: n }));
  const picture = n === 1 ? images[0]! : imageGrid(images, { columns: Math.ceil(Math.sqrt(n)) });
  await writeFileAtomic(out, await encodeImage(picture, { format }));
  return [out];
}

async function drawFile(model: TextToImage, file: string, flags: DrawFlags, output: Output): Promise<string[]> {
  const { seed, n, out } = flags;
  const captions = await readCaptions(file);
  tellReading(model.encoder, captions, output);
  const images = toRgbImages(await model.generate({ captions, seed, perCaption: n }));
  const png = (image: RgbImage) => encodeImage(image, { format: 'png' });
  const rows = await Promise.all(
    captions.map(async (caption, i) => ({
      caption,
      pictures: await Promise.all(images.slice(i * n, (i + 1) * n).map(png)),
    })),
  );
  const [grid, page] = [join(out, 'grid.png'), join(out, 'index.html')];
  await writeFileAtomic(grid, await png(imageGrid(images, { columns: n })));
  await writeFileAtomic(page, captionPage(rows, { run: nameOf(flags.run), seed }));
  return [grid, page];
}

async function readCaptions(file: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`Cannot read the captions in ${file}.`, {
      hint: 'Name a text file, one sentence a line.',
      cause,
    });
  }
  const captions = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (captions.length === 0) throw new ConfigError(`${file} holds no sentence.`);
  return captions;
}
