/** `t2i encoder train`: train a text encoder on captions and image features, or resume it. */

import { ConfigError } from '@t2i/core';
import { parseEncoderConfig, readEncoderConfig, resumeEncoder, trainEncoder } from '@t2i/pipeline';
import { Command, Option } from 'commander';
import { continuedConfig, flagOf } from '../../continued-run.ts';
import { examples } from '../../examples.ts';
import { type BackendFlag, backendOption, collect, integer, positiveNumber, said } from '../../flags.ts';
import type { Output } from '../../output.ts';
import { watchTraining } from '../../training-session.ts';
import { type TextFlags, textOptions, VARIATION_FLAGS, variationOf } from './text-flags.ts';

interface TrainEncoderFlags extends TextFlags {
  data?: string;
  features?: string;
  run?: string;
  resume?: string;
  split?: string;
  kind?: string;
  cnnDim?: number;
  rnn?: string;
  normalise?: string;
  asymmetric: boolean;
  margin?: number;
  batchSize?: number;
  view?: string[];
  captionsPerImage?: number;
  numCaptions?: number;
  minCount?: number;
  wordDim?: number;
  channels?: number;
  initFrom?: string;
  teacher?: string;
  epochs?: number;
  learningRate?: number;
  learningRateDecay?: number;
  keepLast?: number;
  checkpointEvery?: number;
  seed?: number;
  maxSteps?: number;
  maxMinutes?: number;
  dryRun: boolean;
  backend: BackendFlag;
}

export function trainEncoderCommand(output: Output): Command {
  const command = new Command('train')
    .description('train the text encoder (char-CNN-RNN, Reed et al. 2016) on captions and image features')
    .option('--run <directory>', 'directory of the new run')
    .option('--resume <directory>', 'continue the run in this directory from its last checkpoint')
    .option('--data <directory>', 'a set made by `t2i dataset prepare`')
    .option('--features <directory>', 'features of its images, made by `t2i encoder features`')
    .addOption(
      new Option('--split <classes>', 'trainval (default), or train to choose settings on the val classes').choices([
        'train',
        'trainval',
      ]),
    )
    .addOption(
      new Option(
        '--kind <network>',
        'char-cnn-rnn (default), word-cnn, which reads words and their neighbours, or the baseline linear-words, which counts them',
      ).choices(['char-cnn-rnn', 'linear-words', 'word-cnn']),
    )
    .option('--cnn-dim <n>', 'channels of the last convolution and the recurrence (default: 512)', integer(1))
    .addOption(new Option('--rnn <recurrence>', '8 rectified or 18 gated steps').choices(['relu8', 'gru18']))
    .addOption(
      new Option('--normalise <what>', 'scale image features, or both sides, to length 1 (default: none)').choices([
        'none',
        'images',
        'both',
      ]),
    )
    .option('--asymmetric', 'only compare images with the captions of others (DA-SJE)', false)
    .option('--margin <x>', 'by which a right pair should win (default: 1)', positiveNumber)
    .option('--batch-size <n>', 'classes in a step (default: 40)', integer(2, 4096))
    .option('--view <name>', 'draw images from this view (repeatable; default: all stored)', collect)
    .option('--captions-per-image <n>', 'captions of each photo in use (default: 10)', integer(1))
    .option('--num-captions <n>', 'captions of a photo averaged into one embedding (default: 1)', integer(1))
    .option('--min-count <n>', 'leave out words that fewer captions contain (of the kinds that read words)', integer(1))
    .option('--word-dim <n>', "length of a word's vector (word-cnn; default: 128)", integer(1))
    .option('--channels <n>', 'channels of the convolutions (word-cnn; default: 256)', integer(1))
    .option('--init-from <directory>', 'start with the weights of this trained encoder of the same network')
    .option(
      '--teacher <directory>',
      'learn the scores of this trained encoder too: a run of `--kind linear-words`, say',
    )
    .option('--epochs <n>', 'epochs of as many steps as classes (default: 200)', integer(1))
    .option('--learning-rate <x>', 'of the first epoch (default: 0.0007)', positiveNumber)
    .option('--learning-rate-decay <x>', 'factor after every epoch (default: 0.98)', positiveNumber)
    .option('--checkpoint-every <epochs>', 'epochs between checkpoints (default: 5)', integer(1))
    .option('--keep-last <n>', 'checkpoints to keep (default: 2)', integer(1))
    .option('--seed <n>', 'decides first weights and sampling (default: 1)', integer())
    .option('--max-steps <n>', 'stop at this step of the run; it can be resumed', integer(1))
    .option('--max-minutes <n>', 'stop after so many minutes; it can be resumed', positiveNumber)
    .option('--dry-run', 'print the resolved configuration and train nothing', false)
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples(
        't2i encoder train --data data/oxford-102 --features features --run runs/encoder',
        't2i encoder train --data data/oxford-102 --features features --run runs/chosen-on-val --split train',
        't2i encoder train --resume runs/encoder',
      ),
    )
    .action(async (flags: TrainEncoderFlags) => {
      if ((flags.run === undefined) === (flags.resume === undefined)) {
        throw new ConfigError('Give either --run for a new run or --resume to continue one.');
      }
      if (flags.resume !== undefined) await resume(flags.resume, flags, output);
      else await start(flags.run!, flags, output);
    });
  for (const option of textOptions()) command.addOption(option);
  return command;
}

async function start(runDirectory: string, flags: TrainEncoderFlags, output: Output): Promise<void> {
  if (flags.data === undefined || flags.features === undefined) {
    throw new ConfigError('There is nothing to train on.', { hint: 'Give --data and --features.' });
  }
  const config = parseEncoderConfig(configInput({ ...flags, kind: flags.kind ?? 'char-cnn-rnn' }));
  if (flags.dryRun) output.write(`${JSON.stringify(config, null, 2)}\n`);
  else await watchTraining(session(runDirectory, flags, output), (options) => trainEncoder(config, options));
}

async function resume(runDirectory: string, flags: TrainEncoderFlags, output: Output): Promise<void> {
  const recorded = await readEncoderConfig(runDirectory);
  const nameOf = (setting: string) => flagOf(flags, setting, FLAGS_OF_OTHER_NAMES) ?? setting;
  const config = continuedConfig(
    { recorded, asked: configInput(flags), parse: parseEncoderConfig, nameOf, places: PLACES },
    output,
  );
  if (flags.dryRun) output.write(`${JSON.stringify(config, null, 2)}\n`);
  else await watchTraining(session(runDirectory, flags, output), (options) => resumeEncoder(options, config));
}

/** Directories that may have been moved: what lies in them must be the same. */
const PLACES = ['data', 'features', 'initFrom', 'teacher'];
const FLAGS_OF_OTHER_NAMES = {
  views: 'view',
  symmetric: 'asymmetric',
  checkpointEveryEpochs: 'checkpointEvery',
  ...VARIATION_FLAGS,
};

function session(runDirectory: string, { backend }: TrainEncoderFlags, output: Output) {
  return { runDirectory, backend, unit: 'steps', resumeCommand: 't2i encoder train --resume', output } as const;
}

/** Only what was said, so that the defaults fill the rest. */
function configInput(flags: TrainEncoderFlags): Record<string, unknown> {
  const { kind, cnnDim, rnn, normalise, asymmetric, margin, seed, split, data, features, initFrom, teacher } = flags;
  const { batchSize, view, captionsPerImage, numCaptions, wordDropout } = flags;
  const { minCount, wordDim, channels, names, contrast } = flags;
  const { epochs, learningRate, learningRateDecay, keepLast, checkpointEvery, maxSteps, maxMinutes } = flags;
  const variation = variationOf(flags);
  return said({
    seed,
    data,
    features,
    split,
    initFrom,
    teacher,
    network: said({ kind, cnnDim, rnn, normalise, minCount, wordDim, channels }),
    objective: said({ symmetric: asymmetric ? false : undefined, margin, contrast }),
    batches: said({ batchSize, views: view, captionsPerImage, numCaptions, wordDropout, names, variation }),
    trainer: said({
      epochs,
      learningRate,
      learningRateDecay,
      keepLast,
      checkpointEveryEpochs: checkpointEvery,
      maxSteps,
      maxMinutes,
    }),
  });
}
