import { describe, expect, it } from 'vitest';
import { saidColours } from './said-colours.ts';

const said = (caption: string) => saidColours(caption).map(({ part, colour }) => `${part} ${colour}`);

describe('saidColours', () => {
  it.each<[string, string[]]>([
    [
      'this flower has white oblong petals with blue filaments, purple pistils',
      ['petals white', 'stamens blue', 'stamens purple'],
    ],
    ['the petals of this flower are bright yellow and orange with a long stigma', ['petals yellow', 'petals orange']],
    ['petals that are white near the center', ['centre white']],
    ['purple with a yellow center', ['petals purple', 'centre yellow']],
    ['this flower is red at its tips', ['edges red']],
    ['there are many red and pink petals', ['petals red', 'petals pink']],
    ['a pink flower center', ['centre pink']],
    ['the center of this flower is green', ['centre green']],
    ['white petals with purple veins and green leaves', ['petals white', 'marks purple', 'leaves green']],
    ['Lavender Petals', ['petals purple']],
    ['a rose', []],
    ['', []],
  ])('reads %j', (caption, expected) => {
    expect(said(caption)).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['no red petals', []],
    ['petals that are not red', []],
    ['white petals without yellow, red center', ['petals white', 'centre red']],
    ['no spots, red petals', ['petals red']],
  ])('leaves out what %j denies', (caption, expected) => {
    expect(said(caption)).toEqual(expected);
  });
});
