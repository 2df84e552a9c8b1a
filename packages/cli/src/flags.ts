/** Flag values from words: each parser refuses what it does not understand, with the range in the message. */

import { extname } from 'node:path';
import { ConfigError } from '@t2i/core';
import { InvalidArgumentError, Option } from 'commander';

/** A whole number within [min, max]. */
export function integer(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text) || value < min || value > max) {
      const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
      throw new InvalidArgumentError(
        `It must be a whole number ${min === Number.MIN_SAFE_INTEGER ? '' : range}`.trimEnd().concat('.'),
      );
    }
    return value;
  };
}

/** A number above zero. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('It must be a number above zero.');
  }
  return value;
}

/** A chance: at least 0 and below 1. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < 1)) {
    throw new InvalidArgumentError('It must be a number of at least 0 and below 1.');
  }
  return value;
}

const BACKENDS = ['auto', 'native', 'node-gpu', 'node', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendFlag = (typeof BACKENDS)[number];

/** The `--backend` flag. */
export function backendOption(): Option {
  return new Option('--backend <backend>', 'compute backend; see `t2i doctor`').choices([...BACKENDS]).default('auto');
}

/** The `--encoder` flag. */
export function encoderOption(): Option {
  return new Option(
    '--encoder <which>',
    '`oxford-102` (trained, comes with the package), `bag-of-words`, or a directory with a trained encoder or a published model ' +
      '(default: oxford-102 for that data set, a bag of words for others)',
  );
}

/** The image format that a file name asks for. */
export function imageFormat(path: string): 'png' | 'webp' | 'jpeg' {
  switch (extname(path).toLowerCase()) {
    case '.png':
      return 'png';
    case '.webp':
      return 'webp';
    case '.jpg':
    case '.jpeg':
      return 'jpeg';
    default:
      throw new ConfigError(`${path} names no image format.`, { hint: 'End it in .png, .webp or .jpg.' });
  }
}

/** The format of a moving image that a file name asks for. */
export function animationFormat(path: string): 'webp' | 'gif' {
  const ending = extname(path).toLowerCase();
  if (ending === '.webp') return 'webp';
  if (ending === '.gif') return 'gif';
  throw new ConfigError(`${path} names no format of moving images.`, { hint: 'End it in .webp or .gif.' });
}

/** Gathers a flag that may be given several times. */
export function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}

/** The values that were given, without those that were not. */
export function said(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
