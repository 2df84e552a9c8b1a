/** `t2i restyle`: images for captions in the style of photos (paper, section 4.4 and figure 6). */

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
    .description('generate an image for a caption in the style of a photo: its background and pose, not its flower')
    .argument('<photo>', 'an image file, cropped to its centre')
    .argument('<caption>', 'what the image shows, in English')
    .requiredOption('--run <directory>', 'a run of `t2i train`, or a model exported by `t2i export`')
    .option('--style <directory>', 'the style encoder (default: the directory `style` of the run)')
    .option('--photo <file>', 'another photo; adds a column to a sheet (repeatable)', collect, [])
    .option('--caption <caption>', 'another caption; adds a row to a sheet (repeatable)', collect, [])
    .option('--out <file>', 'image file: .png, .webp or .jpg (default: restyled.png)')
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
      const image = await generateRestyled([photo, ...flags.photo], [caption, ...flags.caption], flags, output);
      output.write(`${await writeOut(place, await encodeImage(image, { format }))}\n`);
    });
}

async function generateRestyled(
  files: readonly string[],
  captions: readonly string[],
  flags: RestyleFlags,
  output: Output,
) {
  const pipeline = await TextToImagePipeline.open(flags.run, output);
  try {
    const directory = flags.style ?? (await ownStyleDirectory(flags.run));
    const { style } = await openStyleEncoder(pipeline, directory, output);
    try {
      const photos = await Promise.all(files.map((file) => readPhoto(file, pipeline.model.imageSize)));
      const images = await restyle(pipeline, style, { photos, captions });
      return images.shape[0] === 1 ? toRgbImages(images)[0]! : await styleSheet({ photos, captions }, images);
    } finally {
      style.dispose();
    }
  } finally {
    pipeline.dispose();
  }
}
