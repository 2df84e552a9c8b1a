import type { CaptionEncoder } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { hearWords } from './hear-words.ts';
import { encoderTables, totalsOf } from './listening-report.ts';
import { COLOURS, captionsOf, fill, ROLES, type Role, TEMPLATES } from './templates.ts';

/** An encoder that counts the results of a function for a caption, each result in its own column. */
function counting(find: (text: string) => readonly string[]): CaptionEncoder {
  const columns = new Map<string, number>();
  const dim = 256;
  return {
    id: 'counting',
    dim,
    encode: async (captions) => {
      const data = new Float32Array(captions.length * dim);
      captions.forEach((caption, row) => {
        for (const thing of find(caption)) {
          if (!columns.has(thing)) columns.set(thing, columns.size);
          data[row * dim + columns.get(thing)!]! += 1;
        }
      });
      return { data, shape: [captions.length, dim] };
    },
  };
}

const words = (text: string) => text.toLowerCase().match(/\p{L}+/gu) ?? [];

/** Knows every template by heart: the part of each colour, and nothing else. */
function knowing(): CaptionEncoder {
  const said = new Map(
    TEMPLATES.flatMap(captionsOf).map(({ text, said: colours }) => [
      text,
      Object.entries(colours).map(([role, colour]) => `${role} ${colour}`),
    ]),
  );
  return counting((text) => said.get(text) ?? said.get(text.toLowerCase()) ?? ['?']);
}

// a probe of a thousand captions takes seconds, on a slow machine a minute
describe('hearWords', { timeout: 300_000 }, () => {
  it('scores fully for an encoder that binds colours to parts', async () => {
    const heard = await hearWords(knowing());
    expect(totalsOf(heard)).toEqual({ petals: 1, centre: 1, edges: 1, whichIsWhere: 1 });
    const capitals = heard.changes.find(({ change }) => change === 'capitals');
    expect(capitals).toMatchObject({ read: 1 });
    expect(capitals!.cosine).toBeCloseTo(1, 6);
    expect(encoderTables(heard)).toContain('below 80.0 %: none.');
  });

  it('shows that a bag of words cannot bind colours to parts', async () => {
    const heard = await hearWords(counting(words));
    expect(totalsOf(heard).whichIsWhere).toBeCloseTo(0.5, 1);
    for (const { exchanged } of heard.templates) if (exchanged !== undefined) expect(exchanged).toBeCloseTo(1, 6);
    const ofOneColour = heard.templates.filter(({ exchanged }) => exchanged === undefined);
    expect(ofOneColour.every(({ read }) => read.petals === 1)).toBe(true);
    expect(heard.changes.find(({ change }) => change === 'misspelt')!.read).toBeLessThan(0.3);
    expect(heard.changes.find(({ change }) => change === 'another count')!.read).toBe(1);
    expect(encoderTables(heard)).toContain('(which is where');
  });

  it('scores at chance for an encoder that ignores its input', async () => {
    const heard = await hearWords(counting(() => ['same']));
    expect(totalsOf(heard).petals).toBeCloseTo(1 / COLOURS.length, 1);
    expect(heard.templates.every(({ cosine }) => cosine > 0.999)).toBe(true);
  });
});

describe('the templates', () => {
  it('give captions with a word for every colour, all different', () => {
    const captions = TEMPLATES.flatMap(captionsOf);
    expect(new Set(captions.map(({ text }) => text)).size).toBe(captions.length);
    for (const { text, said } of captions) {
      expect(text).not.toMatch(/[{}]/);
      for (const role of ROLES) if (said[role]) expect(text).toContain(said[role]);
      expect(new Set(Object.values(said)).size).toBe(Object.keys(said).length);
    }
  });

  it('have places for each role in enough of them for every probe', () => {
    const having = (role: Role) => TEMPLATES.filter(({ text }) => text.includes(`{${role}}`)).length;
    expect(having('petals')).toBe(TEMPLATES.length);
    expect(having('centre')).toBeGreaterThanOrEqual(10);
    expect(having('edges')).toBeGreaterThanOrEqual(5);
    expect(fill('{petals} petals, {centre} center', { petals: 'red', centre: 'blue' })).toBe('red petals, blue center');
  });
});
