import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HELP } from '../help.ts';
import { SettingFlags } from './setting-flags.ts';

const schema = z.strictObject({
  data: z.string().describe('the data'),
  model: z
    .strictObject({
      imageSize: z.literal([32, 64]).default(64).describe('image side'),
      objective: z.enum(['gan', 'cls']).default('cls'),
      residual: z.boolean().default(true),
      symmetric: z.boolean().default(true),
      batchNorm: z.boolean().default(false),
      filters: z.int().min(2).max(8).multipleOf(2).default(4),
      augmentation: z.array(z.enum(['cutout', 'translation'])).default([]),
    })
    .prefault({}),
  trainer: z
    .strictObject({ learningRate: z.number().positive().default(0.1), rate: z.number().min(0).lt(1).default(0) })
    .prefault({}),
});
const settings = new SettingFlags(schema, {
  flags: { 'model.symmetric': '--asymmetric', data: '--data <directory>' },
  without: ['trainer.rate'],
  headings: { model: 'Model:' },
});

function parse(...args: string[]) {
  const command = settings
    .addTo(new Command('train'))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  command.parse(args, { from: 'user' });
  return command.opts();
}
const given = (...args: string[]) => settings.given(parse(...args));

describe('SettingFlags', () => {
  it('makes a flag for every setting, except those left out', () => {
    expect(given()).toEqual({});
    expect(given('--data', 'd', '--learning-rate', '0.5', '--image-size', '32', '--objective', 'gan')).toEqual({
      data: 'd',
      model: { imageSize: 32, objective: 'gan' },
      trainer: { learningRate: 0.5 },
    });
    expect(given('--augmentation', 'cutout', '--augmentation', 'translation')).toEqual({
      model: { augmentation: ['cutout', 'translation'] },
    });
    expect(() => parse('--rate', '0.5')).toThrow('unknown option');
  });

  it('turns booleans on and off', () => {
    expect(given('--no-residual', '--batch-norm', '--asymmetric')).toEqual({
      model: { residual: false, batchNorm: true, symmetric: false },
    });
    expect(given('--residual', '--no-batch-norm', '--no-asymmetric')).toEqual({
      model: { residual: true, batchNorm: false, symmetric: true },
    });
  });

  it.each([
    [['--filters', '3'], /must be a multiple of 2 at least 2 and at most 8/],
    [['--filters', '10'], /multiple of 2/],
    [['--filters', ''], /multiple of 2/],
    [['--learning-rate', '0'], /must be a number above 0/],
    [['--learning-rate', 'x'], /must be a number above 0/],
    [['--objective', 'dance'], /Allowed choices are gan, cls/],
    [['--image-size', '48'], /Allowed choices are 32, 64/],
    [['--augmentation', 'noise'], /Allowed choices are cutout, translation/],
  ])('refuses %o with the range', (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });

  it('shows descriptions, choices and defaults under the headings', () => {
    const help = settings
      .addTo(new Command('train'))
      .configureHelp({ ...HELP, helpWidth: 200 })
      .helpInformation();
    expect(help).toMatch(/Options:\n +--data <directory> +the data\n/);
    expect(help).toMatch(/Model:\n +--image-size <n> +image side \(32, 64; default: 64\)\n/);
    expect(help).toMatch(/--objective <name> +\(gan, cls; default: cls\)/);
    expect(help).toContain('--no-residual');
    expect(help).not.toMatch(/ --residual|--no-asymmetric/);
  });

  it('names the flag of a setting, of a part of it, and of its section', () => {
    const values = parse('--asymmetric', '--augmentation', 'cutout', '--no-residual');
    expect(settings.flagOf('model.symmetric', values)).toBe('--asymmetric');
    expect(settings.flagOf('model.augmentation.0', values)).toBe('--augmentation');
    expect(settings.flagOf('model.residual', values)).toBe('--no-residual');
    expect(settings.flagOf('model', values)).toBeDefined();
    expect(settings.flagOf('trainer.learningRate', values)).toBeUndefined();
  });

  it('writes a configuration as flags that give the same configuration', () => {
    const usual = schema.parse({ data: 'd' });
    const config = schema.parse({
      data: 'e',
      model: { residual: false, symmetric: false, batchNorm: true, augmentation: ['cutout'] },
      trainer: { learningRate: 0.5 },
    });
    const flags = settings.flagsFor(config, usual);
    expect(flags).toEqual([
      '--data e',
      '--no-residual',
      '--asymmetric',
      '--batch-norm',
      '--augmentation cutout',
      '--learning-rate 0.5',
    ]);
    expect(schema.parse(given(...flags.flatMap((flag) => flag.split(' '))))).toEqual(config);
  });
});
