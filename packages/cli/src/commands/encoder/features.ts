/** `t2i encoder features`: GoogLeNet features of every photo of a data set, in several views. */

import { withDirectoryLock } from '@t2i/core/node';
import { VIEWS } from '@t2i/image-encoder';
import { Command, InvalidArgumentError } from 'commander';
import { computeFeatures, type FeaturesFlags } from '../../compute-features.ts';
import { examples } from '../../examples.ts';
import { backendOption, integer } from '../../flags.ts';
import { googleNetOptions } from '../../network-files.ts';
import type { Output } from '../../output.ts';

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

function viewNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !VIEWS.includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`Unknown view "${unknown}".`);
  return names;
}
