/** `t2i embed`: compute the embeddings of all captions of a data set once, and keep them in it. */

import { stat } from 'node:fs/promises';
import { selectBackend } from '@t2i/backend';
import { embedDataset } from '@t2i/pipeline';
import type { Precision } from '@t2i/text-encoder';
import { Command, Option } from 'commander';
import { examples } from '../examples.ts';
import { type BackendFlag, backendOption, encoderOption } from '../flags.ts';
import { withInterrupt } from '../interrupt.ts';
import type { Output } from '../output.ts';
import { encoderSection } from '../settings/run-settings.ts';

interface EmbedFlags {
  data: string;
  encoder?: string;
  precision?: Precision;
  backend: BackendFlag;
}

export function embedCommand(output: Output): Command {
  return new Command('embed')
    .description('compute the embeddings of all captions ahead of training; without it `t2i train` computes them')
    .requiredOption('--data <directory>', 'a set made by `t2i dataset prepare`; the embeddings are saved in it')
    .addOption(encoderOption())
    .addOption(
      new Option(
        '--precision <bits>',
        'number format of the embeddings (default: that of existing ones, else float16)',
      ).choices(['float16', 'float32']),
    )
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples('t2i embed --data data/oxford-102', 't2i embed --data data/birds --encoder runs/birds'),
    )
    .action(async ({ data, encoder, precision, backend }: EmbedFlags) => {
      await selectBackend({ prefer: backend, logger: output });
      const start = performance.now();
      const { path, shape } = await withInterrupt(
        () => output.info('Stopping after this batch; nothing is kept'),
        (signal) =>
          embedDataset({
            directory: data,
            encoder: encoder === undefined ? undefined : encoderSection(encoder),
            precision,
            signal,
            logger: output,
          }),
      );
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      const megabytes = ((await stat(path)).size / 1e6).toFixed(0);
      output.write(`${shape[0]} embeddings of ${shape[1]} dimensions, ${megabytes} MB, ${seconds} s: ${path}\n`);
    });
}
