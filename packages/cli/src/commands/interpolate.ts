/** `t2i interpolate`: images on the way between two captions, or between two noises (paper, section 4.4 and figures 6–8). */

import { selectBackend } from '@t2i/backend';
import { ConfigError, imageGrid, type RgbImage, toRgbImages } from '@t2i/core';
import { encodeAnimation, encodeImage } from '@t2i/image-node';
import { Command } from 'commander';
import { examples } from '../examples.ts';
import { animationFormat, type BackendFlag, backendOption, imageFormat, integer } from '../flags.ts';
import { openModel, runOption } from '../open-model.ts';
import { assertFree, forceOption, writeOut } from '../out-file.ts';
import type { Output } from '../output.ts';

interface InterpolateFlags {
  run?: string;
  seed: number;
  toSeed?: number;
  steps: number;
  rows: number;
  out?: string;
  animate: boolean;
  force: boolean;
  backend: BackendFlag;
}

export function interpolateCommand(output: Output): Command {
  return new Command('interpolate')
    .description('draw the way between two captions (fixed noise), or between two noises (fixed caption)')
    .argument('<from>', 'a caption')
    .argument('[to]', 'another caption; without it give --to-seed')
    .addOption(runOption())
    .option('--seed <n>', 'noise of the first row; the next rows use the next seeds', integer(0), 0)
    .option('--to-seed <n>', 'walk to the noise of this seed instead of another caption', integer(0))
    .option('--steps <n>', 'images from end to end', integer(2, 200), 8)
    .option('--rows <n>', 'rows, each with its own noise', integer(1, 64), 4)
    .option(
      '--out <file>',
      'image to write: .png, .webp or .jpg (default: interpolation.png), or with --animate .webp or .gif (default: interpolation.webp)',
    )
    .option('--animate', 'write a moving image instead of a grid', false)
    .addOption(forceOption())
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i interpolate "a red flower" "a blue flower"',
        't2i interpolate "a red flower" "a blue flower" --run runs/flowers --steps 10',
        't2i interpolate "a red flower" --to-seed 5 --run runs/flowers --rows 1',
      ),
    )
    .action(async (from: string, to: string | undefined, flags: InterpolateFlags) => {
      if ((to === undefined) === (flags.toSeed === undefined)) {
        throw new ConfigError('Give either a second caption or --to-seed.', { hint: 'See t2i interpolate --help.' });
      }
      const usual = flags.animate ? 'interpolation.webp' : 'interpolation.png';
      const { out: named, force } = flags;
      const encode = encoderFor(named ?? usual, flags);
      assertFree({ named, force });
      const rows = await draw(from, to, flags, output);
      output.write(`${await writeOut({ named, usual, force }, await encode(rows))}\n`);
    });
}

/**
 * What makes a file of the rows, in the format that its name asks for.
 * @throws ConfigError when there is no such format
 */
function encoderFor(
  path: string,
  { animate, steps, rows }: InterpolateFlags,
): (images: readonly (readonly RgbImage[])[]) => Promise<Uint8Array> {
  if (!animate) {
    const format = imageFormat(path);
    return (images) => encodeImage(imageGrid(images.flat(), { columns: steps }), { format });
  }
  const format = animationFormat(path);
  return (images) => {
    const frames = Array.from({ length: steps }, (_, step) =>
      imageGrid(
        images.map((row) => row[step]!),
        { columns: Math.ceil(Math.sqrt(rows)) },
      ),
    );
    return encodeAnimation([...frames, ...frames.slice(1, -1).reverse()], { format, delay: 100 });
  };
}

async function draw(
  from: string,
  to: string | undefined,
  flags: InterpolateFlags,
  output: Output,
): Promise<RgbImage[][]> {
  const { steps, rows, seed } = flags;
  await selectBackend({ prefer: flags.backend });
  const model = await openModel(flags.run, output);
  try {
    const images: RgbImage[][] = [];
    for (let row = 0; row < rows; row++) {
      const batch =
        to === undefined
          ? await model.interpolateNoise(from, { fromSeed: seed + row, toSeed: flags.toSeed! + row, steps })
          : await model.interpolateCaptions(from, to, { seed: seed + row, steps });
      images.push(toRgbImages(batch));
    }
    return images;
  } finally {
    model.dispose();
  }
}
