import { expect, it } from 'vitest';
import { fnv1a } from './fnv1a.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

it('gives the published test vectors', () => {
  expect(fnv1a()).toBe('cbf29ce484222325');
  expect(fnv1a(bytes('a'))).toBe('af63dc4c8601ec8c');
  expect(fnv1a(bytes('foobar'))).toBe('85944171f73967e8');
});

it('hashes parts as one sequence', () => {
  expect(fnv1a(bytes('foo'), bytes('bar'))).toBe(fnv1a(bytes('foobar')));
});
