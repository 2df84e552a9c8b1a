/** `t2i encoder neighbours`: the photos that a caption is nearest to, as a page. */

import { selectBackend } from '@t2i/backend';
import { ConfigError, type SplitName, type TextImageDataset } from '@t2i/core';
import { encodeImage } from '@t2i/image-node';
import { type Benchmark, normalisesImages, openTrainedEncoder, withBenchmark } from '@t2i/pipeline';
import { bestOf, imageTensor, scoresOf } from '@t2i/text-encoder/training';
import { Command, Option } from 'commander';
import { type NeighbourRow, neighbourPage } from '../../encoder-report/neighbour-page.ts';
import { examples } from '../../examples.ts';
import { type BackendFlag, backendOption, integer } from '../../flags.ts';
import { assertFree, forceOption, writeOut } from '../../out-file.ts';
import type { Output } from '../../output.ts';

interface NeighboursFlags {
  data: string;
  features: string;
  split: SplitName | 'all';
  n: number;
  out?: string;
  force: boolean;
  backend: BackendFlag;
}

export function neighboursCommand(output: Output): Command {
  return new Command('neighbours')
    .description('write a page of the photos nearest to captions')
    .argument('<encoder>', 'a run of `t2i encoder train`, or a saved encoder')
    .argument('<captions...>', 'what to look for, in English')
    .requiredOption('--data <directory>', 'a set made by `t2i dataset prepare`')
    .requiredOption('--features <directory>', 'features of its images, made by `t2i encoder features`')
    .addOption(
      new Option('--split <classes>', 'photos to look among').choices(['all', 'train', 'val', 'test']).default('all'),
    )
    .option('-n <count>', 'photos for each caption', integer(1, 200), 12)
    .option('--out <file>', 'page to write (default: neighbours.html)')
    .addOption(forceOption())
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples('t2i encoder neighbours runs/encoder "a blue flower" --data data/oxford-102 --features features'),
    )
    .action(async (directory: string, captions: string[], flags: NeighboursFlags) => {
      const place = { named: flags.out, usual: 'neighbours.html', force: flags.force };
      assertFree(place);
      await selectBackend({ prefer: flags.backend });
      await withBenchmark(flags, async (benchmark) => {
        const rows = await search(directory, captions, benchmark, flags, output);
        output.write(`${await writeOut(place, neighbourPage(rows, benchmark.dataset.name))}\n`);
      });
    });
}

async function search(
  directory: string,
  captions: readonly string[],
  { dataset, features }: Benchmark,
  { split, n }: NeighboursFlags,
  output: Output,
): Promise<NeighbourRow[]> {
  const encoder = await openTrainedEncoder(directory, output);
  const normalise = normalisesImages(encoder, features);
  const { train, val, test } = dataset.splits;
  const items = [...(split === 'all' ? [...train, ...val, ...test] : dataset.splits[split])];
  if (items.length === 0) throw new ConfigError(`"${dataset.name}" has no images in "${split}".`);
  const images = await imageTensor(features, items, normalise);
  try {
    const { data: embeddings } = await encoder.encode(captions);
    const { data } = await scoresOf(embeddings, encoder.dim, images);
    return await Promise.all(
      captions.map(async (caption, i) => {
        const scores = data.subarray(i * items.length, (i + 1) * items.length);
        const best = bestOf(scores, n).map((place) => ({ item: items[place]!, score: scores[place]! }));
        return { caption, photos: await photosOf(dataset, best) };
      }),
    );
  } finally {
    images.dispose();
  }
}

async function photosOf(
  dataset: TextImageDataset,
  found: readonly { item: number; score: number }[],
): Promise<NeighbourRow['photos']> {
  const side = dataset.storedSize;
  const pixels = await dataset.readImages(found.map(({ item }) => item));
  return Promise.all(
    found.map(async ({ item, score }, i) => {
      const data = pixels.subarray(i * side * side * 3, (i + 1) * side * side * 3);
      const webp = await encodeImage({ data, width: side, height: side }, { format: 'webp' });
      return { webp, score, className: dataset.classNames[dataset.labels[item]!]! };
    }),
  );
}
