/** `t2i interpolate`: images between two captions, or between two noises (paper, section 4.4 and figures 6–8). */

import { selectBackend } from '@t2i/backend';
import { ConfigError, type RgbImage, toRgbImages } from '@t2i/core';
import { Command } from 'commander';
import { examples } from '../examples.ts';
import { type BackendFlag, backendOption, integer } from '../flags.ts';
import { interpolationEncoder } from '../interpolation-file.ts';
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
    .description('generate images between two captions (fixed noise) or between two noises (fixed caption)')
    .argument('<from>', 'a caption')
    .argument('[to]', 'the second caption; leave it out with --to-seed')
    .addOption(runOption())
    .option('--seed <n>', 'noise of the first row; each further row uses the next seed', integer(0), 0)
    .option('--to-seed <n>', 'interpolate to the noise of this seed instead of to a second caption', integer(0))
    .option('--steps <n>', 'images per row, both ends included', integer(2, 200), 8)
    .option('--rows <n>', 'rows, each with its own noise', integer(1, 64), 4)
    .option(
      '--out <file>',
      'image file: .png, .webp or .jpg (default: interpolation.png); with --animate .webp or .gif (default: interpolation.webp)',
    )
    .option('--animate', 'write an animation instead of a grid', false)
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
      const encode = interpolationEncoder(named ?? usual, flags);
      assertFree({ named, force });
      const rows = await generateRows(from, to, flags, output);
      output.write(`${await writeOut({ named, usual, force }, await encode(rows))}\n`);
    });
}

async function generateRows(from: string, to: string | undefined, flags: InterpolateFlags, output: Output) {
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
