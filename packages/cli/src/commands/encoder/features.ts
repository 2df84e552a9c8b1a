/** `t2i encoder features`: GoogLeNet features of every photo of a data set, in several views. */

import { selectBackend } from '@t2i/backend';
import { withDirectoryLock } from '@t2i/core/node';
import { openDataset, sourcePhotos } from '@t2i/dataset/node';
import { VIEWS } from '@t2i/image-encoder';
import { type ExtractProgress, extractFeatures } from '@t2i/image-encoder/node';
import { Command, InvalidArgumentError } from 'commander';
import { examples } from '../../examples.ts';
import { type BackendFlag, backendOption, integer } from '../../flags.ts';
import { withInterrupt } from '../../interrupt.ts';
import { type GoogLeNetFlags, googleNetOptions, readGoogLeNet } from '../../network-files.ts';
import type { Output } from '../../output.ts';

interface FeaturesFlags extends GoogLeNetFlags {
  data: string;
  from: string;
  followLinks?: boolean;
  out: string;
  views: string[];
  batchSize: number;
  backend: BackendFlag;
}

export function featuresCommand(output: Output): Command {
  const command = new Command('features')
    .description('compute the image features that text encoders are trained on; continues where it was stopped')
    .requiredOption('--data <directory>', 'a set made by `t2i dataset prepare`')
    .requiredOption('--from <directory>', 'its photos at full size: the --from of `t2i dataset prepare`')
    .option('--follow-links', 'follow symbolic links, as in `t2i dataset prepare directory`')
    .requiredOption('--googlenet <file>', 'weights of BVLC GoogLeNet: .safetensors or .caffemodel')
    .requiredOption('--out <directory>', 'directory of the features')
    .option('--views <names>', `views to compute, comma-separated: ${VIEWS.join(', ')}`, viewNames, [...VIEWS])
    .option('--batch-size <n>', 'images per batch', integer(1, 1024), 32)
    .addOption(backendOption());
  for (const option of googleNetOptions()) command.addOption(option);
  return command
    .addHelpText(
      'after',
      examples(
        't2i encoder features --data data/oxford-102 --from downloads --googlenet bvlc_googlenet.caffemodel --out features',
      ),
    )
    .action((flags: FeaturesFlags) =>
      withDirectoryLock(flags.out, 'computing features', () => computeFeatures(flags, output)),
    );
}

async function computeFeatures(flags: FeaturesFlags, output: Output): Promise<void> {
  await selectBackend({ prefer: flags.backend, logger: output });
  const encoder = await readGoogLeNet(flags);
  const dataset = await openDataset(flags.data);
  const progress = everyMinute(output);
  try {
    await withInterrupt(
      () => output.info('Stopping after this batch; the same command continues. Press Ctrl-C again to stop at once'),
      (signal) =>
        extractFeatures({
          ...{ encoder, dataset, signal, directory: flags.out, views: flags.views, batchSize: flags.batchSize },
          photos: () => sourcePhotos(dataset, flags.from),
          logger: output,
          onProgress: progress,
        }),
    );
    output.write(`${flags.out}\n`);
  } finally {
    encoder.dispose();
    await dataset.close();
  }
}

function viewNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !VIEWS.includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`Unknown view "${unknown}".`);
  return names;
}

/** Prints a line every minute: the work takes minutes to an hour. */
function everyMinute(output: Output): (progress: ExtractProgress) => void {
  const start = performance.now();
  let computed = 0;
  let before = { view: '', done: 0 };
  let said = start;
  return ({ view, done, total }) => {
    computed += before.view === view ? done - before.done : 0;
    before = { view, done };
    const now = performance.now();
    if (now - said < 60_000 && done !== total) return;
    said = now;
    output.info(`${view}: ${done} of ${total} photos, ${((computed / (now - start)) * 1000).toFixed(1)}/s`);
  };
}
