import { Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { FIRST_SCENE, formatScene, freshSeed, parseScene, readSeed, type Scene } from './scene.ts';

const GENERATED: Scene = { ...FIRST_SCENE, text: 'rot & blau = 50% #1?', seed: 7, like: [3, 0, 5], model: 'toys' };

describe('a scene as a URL', () => {
  it.each<[string, Scene]>([
    ['images of a caption', GENERATED],
    ['the way between two', { ...GENERATED, view: 'between', like: [], to: 'weiß+grün', share: 0.25 }],
    ['an epoch of the training', { ...FIRST_SCENE, view: 'training', epoch: 0, model: 'a.b-c', where: 'browser' }],
    ['the largest seed', { ...GENERATED, seed: Number.MAX_SAFE_INTEGER }],
  ])('survives a round trip: %s', (_, scene) => {
    expect(parseScene(formatScene(scene))).toEqual(scene);
  });

  it('is short before the first images', () => {
    expect(formatScene(FIRST_SCENE)).toBe('?text=pink+flower+with+yellow+petals');
    expect(parseScene('')).toEqual(FIRST_SCENE);
  });

  it.each([
    'view=nothing',
    'text=%20%20',
    'seed=-1',
    'seed=1.5',
    'seed=9007199254740993',
    'seed=',
    'like=1.x',
    'like=64',
    'like=1..2',
    `like=${Array(65).fill(1).join('.')}`,
    'at=1.5',
    'at=',
    'at=NaN',
    'epoch=-3',
    'model=../secret',
    'model=',
    'in=cloud',
  ])('ignores invalid parts: %s', (search) => {
    expect(parseScene(`?${search}`)).toEqual(FIRST_SCENE);
  });

  it('cuts captions that are too long for the server', () => {
    expect(parseScene(`?text=${'a'.repeat(5000)}`).text).toHaveLength(1000);
  });
});

describe('seeds', () => {
  it('are integers of at most six digits if they are random', () => {
    const rng = new Rng(1);
    const seeds = Array.from({ length: 200 }, () => freshSeed(() => rng.uniform()));
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 1e6)).toBe(true);
    expect(new Set(seeds).size).toBeGreaterThan(190);
  });

  it.each([
    ['7', 7],
    [' 42 ', 42],
    ['', undefined],
    ['-1', undefined],
    ['seven', undefined],
    ['1e3', undefined],
  ])('are parsed as typed: %j', (text, seed) => {
    expect(readSeed(text)).toBe(seed);
  });
});
