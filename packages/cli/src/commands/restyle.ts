/** `t2i restyle`: a caption in the style of a photo, or several of each as a sheet (paper, section 4.4 and figure 6). */

import { selectBackend } from '@t2i/backend';
import { toRgbImages } from '@t2i/core';
import { encodeImage } from '@t2i/image-node';
import {
  openStyleEncoder,
  ownStyleDirectory,
  readPhoto,
  restyle,
  styleSheet,
  TextToImagePipeline,
} from '@t2i/pipeline';
import { Command } from 'commander';
import { examples } from '../examples.ts';
import { type BackendFlag, backendOption, collect, imageFormat } from '../flags.ts';
import { assertFree, forceOption, writeOut } from '../out-file.ts';
import type { Output } from '../output.ts';

interface RestyleFlags {
  run: string;
  style?: string;
  photo: string[];
  caption: string[];
  out?: string;
  force: boolean;
  backend: BackendFlag;
}

export function restyleCommand(output: Output): Command {
  return new Command('restyle')
    .description('draw a caption in the style of a photo: its background and pose, not its flower')
    .argument('<photo>', 'an image file; its middle is seen')
    .argument('<caption>', 'what to draw, in English')
    .requiredOption('--run <directory>', 'a run of `t2i train`, or what `t2i export` made of it')
    .option('--style <directory>', 'the style encoder (default: `style` in the run)')
    .option('--photo <file>', 'another photo, a column of a sheet (repeatable)', collect, [])
    .option('--caption <caption>', 'another caption, a row of a sheet (repeatable)', collect, [])
    .option('--out <file>', 'image to write: .png, .webp or .jpg (default: restyled.png)')
    .addOption(forceOption())
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i restyle photo.jpg "a yellow flower with round petals" --run runs/flowers',
        't2i restyle a.jpg "a yellow flower" --photo b.jpg --photo c.jpg --caption "a white flower" --run runs/flowers',
      ),
    )
    .action(async (photo: string, caption: string, flags: RestyleFlags) => {
      const place = { named: flags.out, usual: 'restyled.png', force: flags.force };
      const format = imageFormat(place.named ?? place.usual);
      assertFree(place);
      await selectBackend({ prefer: flags.backend });
      const image = await draw([photo, ...flags.photo], [caption, ...flags.caption], flags, output);
      output.write(`${await writeOut(place, await encodeImage(image, { format }))}\n`);
    });
}

async function draw(files: readonly string[], captions: readonly string[], flags: RestyleFlags, output: Output) {
  const pipeline = await TextToImagePipeline.open(flags.run, output);
  try {
    const directory = flags.style ?? (await ownStyleDirectory(flags.run));
    const { style } = await openStyleEncoder(pipeline, directory, output);
    try {
      const photos = await Promise.all(files.map((file) => readPhoto(file, pipeline.model.imageSize)));
      const drawn = await restyle(pipeline, style, { photos, captions });
      return drawn.shape[0] === 1 ? toRgbImages(drawn)[0]! : await styleSheet({ photos, captions }, drawn);
    } finally {
      style.dispose();
    }
  } finally {
    pipeline.dispose();
  }
}
