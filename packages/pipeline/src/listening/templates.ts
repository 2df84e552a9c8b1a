/** The captions of the listening test: templates with a colour in every position, and the meaning of each caption. */

/** The colours of the test. */
export const COLOURS = ['red', 'pink', 'purple', 'blue', 'yellow', 'orange', 'white'] as const;
export type Colour = (typeof COLOURS)[number];

/** The parts that a colour may describe. */
export const ROLES = ['petals', 'centre', 'edges'] as const;
export type Role = (typeof ROLES)[number];

/** The purpose of a template: the position of the petals' colour, or other content. */
export type Position = 'first word' | 'middle' | 'last' | 'name' | 'centre' | 'centre first' | 'edges';

/** A caption with a place for each colour: `{petals}`, `{centre}`, `{edges}`. */
export interface Template {
  readonly text: string;
  readonly position: Position;
}

const TEMPLATES_BY_POSITION: Readonly<Record<Position, readonly string[]>> = {
  'first word': [
    '{petals} flower',
    '{petals} petals',
    '{petals} flower with a long stamen',
    '{petals} petals, many of them, with a long stamen',
    '{petals} flowers with pointed petals',
  ],
  middle: [
    'a {petals} flower',
    'this is a {petals} flower',
    'this flower has {petals} petals',
    'a flower with {petals} petals and green leaves',
    'the flower shown has {petals} petals that are pointed',
  ],
  last: [
    'this flower has petals that are {petals}',
    'the petals of this flower are {petals}',
    'a flower with long pointed petals in {petals}',
    'petals in {petals}',
    'the color of the petals is {petals}',
  ],
  name: [
    '{petals} rose',
    'a {petals} rose',
    'a {petals} lily with long stamen',
    '{petals} daisy',
    'this is a {petals} iris',
  ],
  centre: [
    '{petals} petals with a {centre} center',
    '{petals} flower with {centre} center',
    '{petals} petals, {centre} center',
    'this flower has {petals} petals and a {centre} center',
    'a flower with {petals} petals around a {centre} center',
    'the petals are {petals} and the center is {centre}',
    'this flower has petals that are {petals} with a center that is {centre}',
    'a {petals} flower that is {centre} in the middle',
  ],
  'centre first': [
    '{centre} center with {petals} petals',
    'a {centre} center surrounded by {petals} petals',
    'this flower has a {centre} center and {petals} petals',
    'the center is {centre} and the petals are {petals}',
    'a flower whose center is {centre} and whose petals are {petals}',
  ],
  edges: [
    '{petals} petals with {edges} edges',
    'this flower has {petals} petals with {edges} edges',
    'the petals are {petals} and their edges are {edges}',
    'a flower with {petals} petals that are {edges} at the edges',
    'this flower has petals that are {petals} with {edges} tips',
  ],
};

export const TEMPLATES: readonly Template[] = Object.entries(TEMPLATES_BY_POSITION).flatMap(([position, texts]) =>
  texts.map((text) => ({ text, position: position as Position })),
);

/** The colours of a caption by part. */
export type Said = Readonly<Partial<Record<Role, Colour>>>;

/** A template with its colours filled in. */
export interface Caption {
  readonly text: string;
  readonly template: Template;
  readonly said: Said;
}

/** The roles of a template. */
export const rolesOf = ({ text }: Template): readonly Role[] => ROLES.filter((role) => text.includes(`{${role}}`));

/** The text of a template with these colours. */
export function fill(template: string, words: Readonly<Partial<Record<Role, string>>>): string {
  return Object.entries(words).reduce((text, [role, word]) => text.replace(`{${role}}`, word), template);
}

/** Every caption of a template; two colours of one caption always differ. */
export function captionsOf(template: Template): Caption[] {
  const [first, second] = rolesOf(template);
  const all = COLOURS.flatMap((a): Said[] =>
    second === undefined ? [{ [first!]: a }] : COLOURS.flatMap((b) => (a === b ? [] : [{ [first!]: a, [second]: b }])),
  );
  return all.map((said) => ({ text: fill(template.text, said), template, said }));
}

/** Captions that state a colour, each with one that denies it. */
export const DENIALS: readonly (readonly [said: string, denied: string])[] = [
  ['{petals} petals', 'no {petals} petals'],
  ['this flower is {petals}', 'this flower is not {petals}'],
  ['a flower with {petals} petals', 'a flower without {petals} petals'],
  ['this flower has {petals} petals', 'this flower has no {petals} petals'],
  ['petals that are {petals}', 'petals that are not {petals}'],
  ['white petals with {petals} in them', 'white petals with no {petals} in them'],
];

/** Numbers of petals in captions. */
export const COUNTS = ['three', 'five', 'many'] as const;

export const COUNTED: readonly string[] = [
  '{count} {petals} petals',
  'this flower has {count} {petals} petals',
  'a {petals} flower with {count} petals',
  'a flower with {count} petals that are {petals}',
  'this {petals} flower has {count} petals around its center',
];

/** Flowers by name, to measure how much a caption changes with them. */
export const NAMES = ['rose', 'lily', 'daisy', 'sunflower', 'tulip', 'orchid', 'iris'] as const;

/** Common misspellings of the colours. */
export const MISSPELLINGS: readonly (readonly [typed: string, meant: Colour])[] = [
  ['redd', 'red'],
  ['rde', 'red'],
  ['pnik', 'pink'],
  ['pinck', 'pink'],
  ['purpel', 'purple'],
  ['puprle', 'purple'],
  ['bleu', 'blue'],
  ['yelow', 'yellow'],
  ['yellwo', 'yellow'],
  ['ornage', 'orange'],
  ['whtie', 'white'],
  ['wite', 'white'],
];
