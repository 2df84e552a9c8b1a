/** The command that trains a text encoder as a run was trained. */

import { VIEWS } from '@t2i/image-encoder';
import { type EncoderConfig, parseEncoderConfig } from '@t2i/pipeline';
import { VARIATION_FLAGS } from './text-flags.ts';

/** Only the flags that differ from the defaults; directories by the names that the documentation uses. */
export function trainingCommand(config: EncoderConfig, dataset: string): string {
  const { network, objective, batches, trainer, split, seed, initFrom, teacher } = config;
  const usual = parseEncoderConfig({ data: config.data, features: config.features, network: { kind: network.kind } });
  const flags: string[] = [];
  const say = (flag: string, value: number | string | undefined, standard?: number | string) => {
    if (value !== undefined && value !== standard) flags.push(`--${flag} ${value}`);
  };
  say('kind', network.kind, 'char-cnn-rnn');
  say('split', split, usual.split);
  if (network.kind === 'char-cnn-rnn' && usual.network.kind === network.kind) {
    say('cnn-dim', network.cnnDim, usual.network.cnnDim);
    say('rnn', network.rnn, usual.network.rnn);
    say('normalise', network.normalise, usual.network.normalise);
  }
  if (network.kind === 'word-cnn' && usual.network.kind === network.kind) {
    say('word-dim', network.wordDim, usual.network.wordDim);
    say('channels', network.channels, usual.network.channels);
  }
  if (network.kind !== 'char-cnn-rnn' && usual.network.kind === network.kind) {
    say('min-count', network.minCount, usual.network.minCount);
  }
  if (!objective.symmetric) flags.push('--asymmetric');
  say('margin', objective.margin, usual.objective.margin);
  say('batch-size', batches.batchSize, usual.batches.batchSize);
  const views = batches.views ?? VIEWS;
  if (!VIEWS.every((view) => views.includes(view))) for (const view of views) say('view', view);
  say('captions-per-image', batches.captionsPerImage, usual.batches.captionsPerImage);
  say('num-captions', batches.numCaptions, usual.batches.numCaptions);
  say('word-dropout', batches.wordDropout, usual.batches.wordDropout);
  for (const [setting, flag] of Object.entries(VARIATION_FLAGS)) {
    say(kebabCase(flag), batches.variation?.[setting as keyof typeof VARIATION_FLAGS]);
  }
  say('names', batches.names);
  say('contrast', objective.contrast);
  if (initFrom !== undefined) flags.push('--init-from runs/before');
  if (teacher !== undefined) flags.push('--teacher runs/teacher');
  say('epochs', trainer.epochs, usual.trainer.epochs);
  say('learning-rate', trainer.learningRate, usual.trainer.learningRate);
  say('learning-rate-decay', trainer.learningRateDecay, usual.trainer.learningRateDecay);
  say('seed', seed, usual.seed);
  const command = `t2i encoder train --data data/${dataset} --features features --run runs/encoder`;
  return [command, ...flags].join(' ');
}

const kebabCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
