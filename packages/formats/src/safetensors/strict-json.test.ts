import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson, type StrictJson } from './strict-json.ts';

/** Maps as objects again. */
function plain(value: StrictJson): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [key, plain(member)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

/** What `JSON.parse` gives, with NaN for every number that is not written as a whole one. */
function reference(text: string): unknown {
  const isWhole = (value: number) => Number.isInteger(value) && value >= 0 && value < 1e21 && !Object.is(value, -0);
  return JSON.parse(text, (_, value) => (typeof value === 'number' && !isWhole(value) ? Number.NaN : value));
}

const json = fc.json({ maxDepth: 5 });

describe('parseStrictJson', () => {
  it('gives what JSON.parse gives, with any spacing', () => {
    const spaced = fc.tuple(json, fc.constantFrom(0, 1, '\t', ' \n')).map(([text, space]) => {
      return `\r\n ${JSON.stringify(JSON.parse(text), null, space)} \t`;
    });
    fc.assert(
      fc.property(spaced, (text) => {
        expect(plain(parseStrictJson(text))).toEqual(reference(text));
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it('refuses what JSON.parse refuses, and takes what it takes, in texts with a few characters changed', () => {
    const change = fc.tuple(fc.nat(), fc.constantFrom(...'{}[]":,\\\u0001ue0.-+1t '));
    let refused = 0;
    const property = fc.property(json, fc.array(change, { maxLength: 2 }), (text, changes) => {
      let changed = text;
      for (const [at, to] of changes)
        changed = changed.slice(0, at % text.length) + to + changed.slice((at % text.length) + 1);
      let expected: unknown;
      try {
        expected = reference(changed);
      } catch {
        expect(() => parseStrictJson(changed)).toThrow(SyntaxError);
        refused += 1;
        return;
      }
      try {
        expect(plain(parseStrictJson(changed))).toEqual(expected);
      } catch (error) {
        expect((error as Error).message).toMatch(/twice/); // a change made two keys equal
      }
    });
    fc.assert(property, { numRuns: 3000, seed: 2 });
    expect(refused).toBeGreaterThan(300);
  });

  it.each([
    ['{"a":1,"a":1}', /key "a" twice/],
    ['{"a":1,"\\u0061":1}', /key "a" twice/],
    ['{"b":{"__proto__":1,"__proto__":2}}', /key "__proto__" twice/],
    ['"\\ud800"', /not JSON/],
    ['[1,2', /not JSON at character 4/],
    ['', /not JSON at character 0/],
    ['"never ends', /not JSON at character 0/],
    ['"a\\', /not JSON/],
    ['[01]', /not JSON at character 2/],
    ['['.repeat(1_000_000), /nested more than 16 deep/],
    ['{"a":'.repeat(1_000_000), /nested more than 16 deep/],
  ])('refuses %.40s', (text, message) => {
    expect(() => parseStrictJson(text)).toThrow(SyntaxError);
    expect(() => parseStrictJson(text)).toThrow(message);
  });

  it('keeps whole numbers as they are, and makes others NaN', () => {
    expect(parseStrictJson('[0, 7, 9007199254740993, 1.0, 1e2, -1, -0]')).toEqual(
      [0, 7, 2 ** 53, Number.NaN, Number.NaN, Number.NaN, Number.NaN], // the third can only be rounded
    );
    expect(parseStrictJson('[[true, false, null], "a\\n😀"]')).toEqual([[true, false, null], 'a\n😀']);
  });
});
