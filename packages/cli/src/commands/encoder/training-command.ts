/** The command that trains a text encoder again, as a run was trained. */

import { type EncoderConfig, parseEncoderConfig } from '@t2i/pipeline';
import { encoderSettings } from '../../settings/encoder-settings.ts';

/** Only the flags that differ from the defaults; directories have the names that the documentation uses. */
export function trainingCommand(config: EncoderConfig, dataset: string): string {
  const { data, features, network, initFrom, teacher } = config;
  const defaults = parseEncoderConfig({ data, features, network: { kind: network.kind } });
  const usual = { ...defaults, network: { ...defaults.network, kind: 'char-cnn-rnn' } };
  const limits = { maxSteps: usual.trainer.maxSteps, maxMinutes: usual.trainer.maxMinutes }; // those of a session
  const portable = {
    ...config,
    trainer: { ...config.trainer, ...limits },
    ...(initFrom !== undefined && { initFrom: 'runs/before' }),
    ...(teacher !== undefined && { teacher: 'runs/teacher' }),
  };
  const command = `t2i encoder train --data data/${dataset} --features features --run runs/encoder`;
  return [command, ...encoderSettings.flagsFor(portable, usual)].join(' ');
}
