/** `t2i embed`: the embeddings of all captions of a data set, computed once and kept beside it. */

import { stat } from 'node:fs/promises';
import { selectBackend } from '@t2i/backend';
import { embedDataset } from '@t2i/pipeline';
import type { Precision } from '@t2i/text-encoder';
import { Command, Option } from 'commander';
import { examples } from '../examples.ts';
import { type BackendFlag, backendOption, encoderOption } from '../flags.ts';
import { withInterrupt } from '../interrupt.ts';
import type { Output } from '../output.ts';
import { encoderSection } from '../run-flags.ts';

interface EmbedFlags {
  data: string;
  encoder?: string;
  precision?: Precision;
  backend: BackendFlag;
}

export function embedCommand(output: Output): Command {
  return new Command('embed')
    .description('embed all captions of a data set once; `t2i train` does it too, and reads what is there')
    .requiredOption('--data <directory>', 'a set made by `t2i dataset prepare`; the embeddings are kept in it')
    .addOption(encoderOption())
    .addOption(
      new Option('--precision <bits>', 'of each number (default: as they are there, else float16)').choices([
        'float16',
        'float32',
      ]),
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
          embedDataset({ directory: data, encoder: encoderSection(encoder), precision, signal, logger: output }),
      );
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      const megabytes = ((await stat(path)).size / 1e6).toFixed(0);
      output.write(`${shape[0]} captions, ${shape[1]} numbers each, ${megabytes} MB, ${seconds} s: ${path}\n`);
    });
}
