/** Parsers of flag values. Each refuses what it does not understand and names the allowed range. */

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

const BACKENDS = ['auto', 'native', 'node-gpu', 'node', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendFlag = (typeof BACKENDS)[number];

/** The `--backend` flag. */
export function backendOption(): Option {
  return new Option('--backend <backend>', 'compute backend; `t2i doctor` lists what works')
    .choices([...BACKENDS])
    .default('auto');
}

/** The `--encoder` flag. */
export function encoderOption(): Option {
  return new Option(
    '--encoder <which>',
    'text encoder: `oxford-102-words` or `oxford-102` (the char-CNN-RNN of the paper), both included; `bag-of-words`; or the directory of a ' +
      'trained encoder or an exported model (default: oxford-102-words for Oxford-102, bag-of-words for other data)',
  );
}

/** The image format of a file name. */
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
      throw new ConfigError(`Unknown image format: ${path}.`, { hint: 'Use a name that ends in .png, .webp or .jpg.' });
  }
}

/** The animation format of a file name. */
export function animationFormat(path: string): 'webp' | 'gif' {
  const ending = extname(path).toLowerCase();
  if (ending === '.webp') return 'webp';
  if (ending === '.gif') return 'gif';
  throw new ConfigError(`Unknown animation format: ${path}.`, { hint: 'Use a name that ends in .webp or .gif.' });
}

/** Collects the values of a repeatable flag. */
export function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}
