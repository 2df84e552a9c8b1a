/** `t2i encoder evaluate`: zero-shot recognition and retrieval by an encoder's sentences, with pictures. */

import { join } from 'node:path';
import { selectBackend } from '@t2i/backend';
import type { ImageFeatures, SplitName, TextImageDataset } from '@t2i/core';
import { writeFileAtomic, writeJsonFile } from '@t2i/core/node';
import { openDataset } from '@t2i/dataset/node';
import { openFeatures } from '@t2i/image-encoder/node';
import { encodeImage, renderSvg } from '@t2i/image-node';
import { normalisesImages, openTrainedEncoder } from '@t2i/pipeline';
import { type Evaluation, evaluateEncoder } from '@t2i/text-encoder/training';
import { Command, Option } from 'commander';
import { confusionSvg } from '../../encoder-report/confusion-picture.ts';
import { embeddingSvg } from '../../encoder-report/embedding-picture.ts';
import { reportMarkdown } from '../../encoder-report/markdown.ts';
import { principalComponents } from '../../encoder-report/principal-components.ts';
import { examples } from '../../examples.ts';
import { type BackendFlag, backendOption } from '../../flags.ts';
import type { Output } from '../../output.ts';

interface EvaluateFlags {
  data: string;
  features: string;
  split: SplitName;
  baseline?: string;
  out?: string;
  backend: BackendFlag;
}

export function evaluateEncoderCommand(output: Output): Command {
  return new Command('evaluate')
    .description('recognise and find photos of unseen classes by their captions (Reed et al. 2016, tables 1 and 2)')
    .argument('<encoder>', 'a run of `t2i encoder train`, or a saved encoder')
    .requiredOption('--data <folder>', 'a set made by `t2i dataset prepare`')
    .requiredOption('--features <folder>', 'features of its images, made by `t2i encoder features`')
    .addOption(
      new Option('--split <classes>', 'test, or val to choose settings')
        .choices(['test', 'val', 'train'])
        .default('test'),
    )
    .option('--baseline <folder>', 'another encoder to stand beside it, of `--kind linear-words` for instance')
    .option('--out <folder>', 'write report.json, README.md, confusion.png and embeddings.png here')
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i encoder evaluate runs/encoder --data data/oxford-102 --features features --out report',
        't2i encoder evaluate runs/chosen-on-val --split val --data data/oxford-102 --features features',
      ),
    )
    .action(async (directory: string, flags: EvaluateFlags) => {
      await selectBackend({ prefer: flags.backend });
      const dataset = await openDataset(flags.data);
      const features = await openFeatures(flags.features);
      try {
        const evaluation = await evaluate(directory, dataset, features, flags.split, output);
        const baseline =
          flags.baseline === undefined
            ? undefined
            : (await evaluate(flags.baseline, dataset, features, flags.split, output)).report;
        const markdown = reportMarkdown({ report: evaluation.report, baseline });
        output.write(flags.out === undefined ? markdown : '');
        if (flags.out !== undefined) await writeReport(flags.out, evaluation, baseline, markdown, output);
      } finally {
        await features.close();
        await dataset.close();
      }
    });
}

async function evaluate(
  directory: string,
  dataset: TextImageDataset,
  features: ImageFeatures,
  split: SplitName,
  output: Output,
): Promise<Evaluation> {
  const encoder = await openTrainedEncoder(directory, output);
  const normaliseImages = normalisesImages(encoder, features);
  return evaluateEncoder({ encoder, dataset, features, split, normaliseImages });
}

async function writeReport(
  folder: string,
  { report, labels, imageEmbeddings }: Evaluation,
  baseline: Evaluation['report'] | undefined,
  markdown: string,
  output: Output,
): Promise<void> {
  const classNames = report.classes.map(({ name }) => name);
  const points = principalComponents(imageEmbeddings, imageEmbeddings.length / labels.length);
  const png = async (svg: string) => encodeImage(await renderSvg(svg, { scale: 2 }));
  await writeJsonFile(join(folder, 'report.json'), { ...report, ...(baseline && { baseline }) });
  await writeFileAtomic(join(folder, 'confusion.png'), await png(confusionSvg(report)));
  await writeFileAtomic(join(folder, 'embeddings.png'), await png(embeddingSvg({ points, labels, classNames })));
  await writeFileAtomic(join(folder, 'README.md'), markdown);
  output.write(
    `top-1 ${(100 * report.top1).toFixed(1)} %, AP@50 ${(100 * report.precision[50]).toFixed(1)} %: ${join(folder, 'README.md')}\n`,
  );
}
