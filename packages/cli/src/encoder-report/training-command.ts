/** The command that trains a text encoder as a run was trained. */

import { VIEWS } from '@t2i/image-encoder';
import { type EncoderConfig, parseEncoderConfig } from '@t2i/pipeline';

/** Only the flags that differ from the defaults; folders by the names that the documentation uses. */
export function trainingCommand(config: EncoderConfig, dataset: string): string {
  const { network, objective, batches, trainer, split, seed, initFrom, teacher } = config;
  const usual = parseEncoderConfig({ data: config.data, features: config.features, network: { kind: network.kind } });
  const flags: string[] = [];
  const say = (flag: string, value: number | string, standard?: number | string) => {
    if (value !== standard) flags.push(`--${flag} ${value}`);
  };
  say('kind', network.kind, 'char-cnn-rnn');
  say('split', split, usual.split);
  if (network.kind === 'char-cnn-rnn' && usual.network.kind === network.kind) {
    say('cnn-dim', network.cnnDim, usual.network.cnnDim);
    say('rnn', network.rnn, usual.network.rnn);
    say('normalise', network.normalise, usual.network.normalise);
  }
  if (!objective.symmetric) flags.push('--asymmetric');
  say('margin', objective.margin, usual.objective.margin);
  say('batch-size', batches.batchSize, usual.batches.batchSize);
  const views = batches.views ?? VIEWS;
  if (!VIEWS.every((view) => views.includes(view))) for (const view of views) say('view', view);
  say('captions-per-image', batches.captionsPerImage, usual.batches.captionsPerImage);
  say('num-captions', batches.numCaptions, usual.batches.numCaptions);
  say('word-dropout', batches.wordDropout, usual.batches.wordDropout);
  if (initFrom !== undefined) flags.push('--init-from runs/before');
  if (teacher !== undefined) flags.push('--teacher runs/teacher');
  say('epochs', trainer.epochs, usual.trainer.epochs);
  say('learning-rate', trainer.learningRate, usual.trainer.learningRate);
  say('learning-rate-decay', trainer.learningRateDecay, usual.trainer.learningRateDecay);
  say('seed', seed, usual.seed);
  const command = `t2i encoder train --data data/${dataset} --features features --run runs/encoder`;
  return [command, ...flags].join(' ');
}
