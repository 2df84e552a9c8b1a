/** `t2i bundle`: everything that training needs in one directory, for a machine without network, Node or npm. */

import { type ExtraBackend, partsTable, writeBundle } from '@t2i/bundle';
import { ConfigError } from '@t2i/core';
import { Command } from 'commander';
import { extraBackendOption, imageQuality } from '../bundle-options.ts';
import { type BundledRun, bundledRun, bundleSettings } from '../bundled-run.ts';
import { BUNDLED_TRAIN } from '../bundled-train-file.ts';
import { examples } from '../examples.ts';
import { encoderOption, positiveNumber } from '../flags.ts';
import { withInterrupt } from '../interrupt.ts';
import type { Output } from '../output.ts';
import { configOption, presetOption } from '../settings/run-settings.ts';

interface BundleFlags extends BundledRun {
  readonly out: string;
  readonly embeddings?: string;
  readonly node: string;
  readonly extraBackend: readonly ExtraBackend[];
  readonly quality: 'lossless' | number;
  readonly maxMegabytes: number;
  readonly fast: boolean;
}

/** Oxford-102 and Dawn fit into 60 MB with it. */
const DEFAULT_QUALITY = 75;

export function bundleCommand(output: Output): Command {
  const command = new Command('bundle')
    .description('pack Node, backends, data and configuration for training on a machine without network, Node or npm')
    .requiredOption('--out <directory>', 'directory to create; its run.sh starts the training')
    .option('--run <directory>', 'use the configuration, data and encoder of this run, without its checkpoints')
    .option('--data <set>', '`toy-flowers`, or a directory made by `t2i dataset prepare`')
    .addOption(configOption())
    .addOption(presetOption());
  return bundleSettings
    .addTo(command)
    .addOption(encoderOption())
    .option(
      '--embeddings <file>',
      'also pack the embeddings that `t2i embed` wrote; by default the bundle computes them',
    )
    .option('--quality <q>', 'quality of the images: `lossless`, or 1 to 100 for AVIF', imageQuality, DEFAULT_QUALITY)
    .option(
      '--node <file>',
      'Node binary to pack, for Linux on this architecture (default: the running one)',
      process.execPath,
    )
    .addOption(extraBackendOption('--extra-backend <name>'))
    .addOption(extraBackendOption('--engine <name>').hideHelp()) // its name before 0.2
    .option('--max-megabytes <n>', 'fail if the bundle would be larger', positiveNumber, 60)
    .option('--fast', 'compress less, to try a bundle out', false)
    .addHelpText(
      'after',
      examples(
        't2i bundle --out flowers --data data/oxford-102 --preset dcgan --objective gan-int-cls',
        't2i bundle --out flowers --run runs/flowers --extra-backend webgpu',
        'flowers/run.sh --max-minutes 60',
      ),
    )
    .action(async (flags: BundleFlags & { engine: readonly ExtraBackend[] }) => {
      if (process.platform !== 'linux') {
        throw new ConfigError('Bundles can only be made on Linux.', { hint: 'Use a Linux machine or container.' });
      }
      const { out, embeddings, node, quality, maxMegabytes, fast } = flags;
      const run = await bundledRun(flags, output);
      const parts = await withInterrupt(
        () => output.info('Stopping; nothing is kept'),
        (signal) =>
          writeBundle({
            ...{ out, program: BUNDLED_TRAIN, ...run, embeddings, node, quality, fast, signal },
            backends: [...flags.extraBackend, ...flags.engine],
            limit: maxMegabytes * 1e6,
            logger: output,
          }),
      );
      output.write(partsTable(parts));
      output.info(`Copy the directory ${out} to the other machine and start run.sh there.`);
    });
}
