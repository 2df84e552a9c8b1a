import { ConfigError } from '@t2i/core';
import { expect, it } from 'vitest';
import { parseTrainerConfig, type TrainerConfigInput } from './config.ts';

it('fills in the defaults of the paper', () => {
  expect(parseTrainerConfig({})).toMatchObject({ epochs: 600, learningRate: 2e-4, decayEvery: 100, maxSteps: 0 });
});

it('survives a round trip', () => {
  const config = parseTrainerConfig({ epochs: 3, maxMinutes: 0.5 });
  expect(parseTrainerConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
});

it.each([
  [{ epochs: 0 }, 'epochs'],
  [{ epoch: 3 }, 'epoch'],
  [{ learningRate: Number.NaN }, 'learningRate'],
  [{ maxSteps: 1.5 }, 'maxSteps'],
  [{ keepLast: 0 }, 'keepLast'],
])('refuses %o, naming the field', (input, name) => {
  const parse = () => parseTrainerConfig(input as TrainerConfigInput);
  expect(parse).toThrow(ConfigError);
  expect(parse).toThrow(name);
});
