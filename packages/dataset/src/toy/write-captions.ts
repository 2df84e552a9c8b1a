/** Writes varied English captions of a toy flower. Each mentions some attributes, always the petal colour, and never a wrong one. */

import type { Rng } from '@t2i/core';
import type { ToyFlowerAttributes } from './attributes.ts';
import {
  BACKGROUND_PHRASES,
  CENTRE_NOUNS,
  COLOUR_WORDS,
  COUNT_WORDS,
  FLOWER_NOUNS,
  SHAPE_WORDS,
  SIZE_WORDS,
} from './caption-words.ts';

/** How often a caption mentions an attribute. */
const MENTION_RATE = { centreColour: 0.75, petalShape: 0.5, petalCount: 0.5, background: 0.5, size: 0.45 } as const;
/** How often the usual word is used if there are others. */
const USUAL_WORD_RATE = 0.65;

/** The worded parts of a caption. A part that the caption omits is empty. */
interface Parts {
  readonly flower: string;
  readonly size: string;
  readonly colour: string;
  readonly count: string;
  readonly shape: string;
  /** Count, shape and colour with their noun, in one of several orders. */
  readonly petals: string;
  readonly centre: string;
  readonly centreColour: string;
  readonly background: string;
}

/** `count` different captions. */
export function writeCaptions(attributes: ToyFlowerAttributes, count: number, rng: Rng): string[] {
  const captions = new Set<string>();
  while (captions.size < count) captions.add(tidy(rng.pick(CAPTIONS)(chooseParts(attributes, rng))));
  return [...captions];
}

function chooseParts(attributes: ToyFlowerAttributes, rng: Rng): Parts {
  const word = (words: readonly string[]) => (rng.uniform() < USUAL_WORD_RATE ? words[0]! : rng.pick(words));
  const maybe = (attribute: keyof typeof MENTION_RATE, words: readonly string[]) =>
    rng.uniform() < MENTION_RATE[attribute] ? word(words) : '';
  const colour = word(COLOUR_WORDS[attributes.petalColour]);
  const count = maybe('petalCount', COUNT_WORDS[attributes.petalCount]);
  const shape = maybe('petalShape', SHAPE_WORDS[attributes.petalShape]);
  const orders = [
    `${count} ${shape} ${colour} petals`,
    `${count} ${colour} ${shape} petals`,
    shape === '' ? `${count} petals in ${colour}` : `${count} ${colour} petals with ${shape} tips`,
  ];
  return {
    flower: word(FLOWER_NOUNS),
    size: maybe('size', SIZE_WORDS[attributes.size]),
    colour,
    count,
    shape,
    petals: rng.pick(orders),
    centre: rng.pick(CENTRE_NOUNS),
    centreColour: maybe('centreColour', COLOUR_WORDS[attributes.centreColour]),
    background: maybe('background', BACKGROUND_PHRASES[attributes.background]),
  };
}

/** `part` with `lead` before it; empty if the part is empty. */
const after = (lead: string, part: string) => (part === '' ? '' : `${lead} ${part}`);

const aCentre = ({ centreColour, centre }: Parts) => (centreColour === '' ? '' : `a ${centreColour} ${centre}`);
const plainPetals = ({ count, shape }: Parts) => (count === '' && shape === '' ? '' : `${count} ${shape} petals`);

/** Patterns of captions. Each contains every non-empty part. */
const CAPTIONS: readonly ((parts: Parts) => string)[] = [
  (p) => `this ${p.size} ${p.flower} has ${p.petals} ${after('and', aCentre(p))} ${p.background}`,
  (p) => `a ${p.size} ${p.flower} with ${p.petals} ${after('around', aCentre(p))} ${p.background}`,
  (p) => {
    const having = [plainPetals(p), aCentre(p)].filter((part) => part !== '').join(' and ');
    return `a ${p.size} ${p.colour} ${p.flower} ${after('with', having)} ${p.background}`;
  },
  (p) => {
    const centre = after(`, and its ${p.centre} is`, p.centreColour);
    const petals = `the ${p.count} petals of this ${p.size} ${p.flower} are ${p.colour} ${after('and', p.shape)}`;
    return `${petals} ${centre} ${after(',', p.background)}`;
  },
  (p) => `${p.background} ${p.background && ','} a ${p.size} ${p.flower} with ${p.petals} ${after('and', aCentre(p))}`,
  (p) => {
    const verb = p.centreColour === '' ? 'make up' : `surround the ${p.centreColour} ${p.centre} of`;
    return `${p.petals} ${verb} this ${p.size} ${p.flower} ${p.background}`;
  },
  (p) => {
    const centre = p.centreColour === '' ? '' : `${p.centreColour} ${p.centre}`;
    const start = `${p.size} ${p.colour} ${p.flower}`;
    return [start, plainPetals(p), centre, p.background].filter((part) => part !== '').join(', ');
  },
  (p) => {
    const start = `this ${p.size} ${p.flower} ${after('stands', p.background)} ${p.background && 'and'} has ${p.petals}`;
    return `${start} ${after(`, its ${p.centre} is`, p.centreColour)}`;
  },
  (p) => `${aCentre(p)} ${p.centreColour && 'and'} ${p.petals} on a ${p.size} ${p.flower} ${p.background}`,
];

/** One space between words, none before a comma, “an” before a vowel. */
function tidy(caption: string): string {
  return caption
    .replace(/\s+/g, ' ')
    .replace(/ ,/g, ',')
    .trim()
    .replace(/\ba (?=[aeio])/g, 'an ');
}
