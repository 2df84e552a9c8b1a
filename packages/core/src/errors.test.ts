import { expect, it } from 'vitest';
import { CheckpointError, ConfigError, errorMessage, T2iError } from './errors.ts';

it('carries a code, a hint and a cause', () => {
  const cause = new Error('below');
  const error = new ConfigError('Wrong.', { hint: 'Do it right.', cause });
  expect(error).toMatchObject({
    name: 'ConfigError',
    code: 'ERR_CONFIG',
    message: 'Wrong.',
    hint: 'Do it right.',
    cause,
  });
});

it('is recognised when another copy of the package made it', () => {
  const foreign = Object.assign(new Error('x'), { [Symbol.for('@t2i/error')]: true });
  expect(T2iError.isInstance(foreign)).toBe(true);
  expect(T2iError.isInstance(new Error('x'))).toBe(false);
  expect(T2iError.isInstance(null)).toBe(false);
});

it('is recognised by its code as one of a kind', () => {
  const foreign = Object.assign(new Error('x'), { [Symbol.for('@t2i/error')]: true, code: 'ERR_CHECKPOINT' });
  expect([foreign, new CheckpointError('x')].every(CheckpointError.isInstance)).toBe(true);
  const others = [new ConfigError('x'), Object.assign(new Error('x'), { code: 'ERR_CHECKPOINT' })];
  expect(others.some(CheckpointError.isInstance)).toBe(false);
});

it('words anything thrown', () => {
  expect([errorMessage(new Error('a')), errorMessage('b'), errorMessage(undefined)]).toEqual(['a', 'b', 'undefined']);
});
