/** The encoder's half of the listening test: how much a word moves an embedding, and how well a linear probe reads it. */

import type { CaptionEncoder } from '@t2i/core';
import { precompute } from '@t2i/text-encoder';
import { bestClass, fitProbe, type Probe } from './linear-probe.ts';
import {
  type Caption,
  COLOURS,
  COUNTED,
  COUNTS,
  type Colour,
  captionsOf,
  DENIALS,
  fill,
  MISSPELLINGS,
  NAMES,
  ROLES,
  type Role,
  rolesOf,
  TEMPLATES,
  type Template,
} from './templates.ts';

/** Groups of templates: the probes of a group have seen only the other groups. */
const FOLDS = 5;

/** The results of a template's captions: shares of them, and mean cosines. */
export interface TemplateHeard {
  readonly template: Template;
  /** Between captions that differ only in the colour of the petals. */
  readonly cosine: number;
  /** Between a caption and the one with its two colours exchanged. */
  readonly exchanged?: number;
  /** The share read correctly for each role of the template. */
  readonly read: Readonly<Partial<Record<Role, number>>>;
  /** The share of captions for which the right order of the two colours has the higher score. */
  readonly whichIsWhere?: number;
}

/** A change that should keep the meaning, or one that should not: the mean cosine with the original caption, and the share read correctly. */
export interface ChangeHeard {
  readonly change: string;
  readonly cosine: number;
  /** Share of captions read correctly: the colour, the denial or the count. */
  readonly read?: number;
}

export interface WordsHeard {
  readonly encoder: string;
  readonly templates: readonly TemplateHeard[];
  readonly changes: readonly ChangeHeard[];
}

type Embed = (text: string) => Float32Array;
type Probes = Readonly<Partial<Record<Role, Probe>>>;

/** Encodes about 1,500 captions; needs a backend only if the encoder does. */
export async function hearWords(encoder: CaptionEncoder): Promise<WordsHeard> {
  const embed = await embedderOf(encoder);
  const probes = Array.from({ length: FOLDS }, (_, fold) => probesOf(fold, embed));
  return {
    encoder: encoder.id,
    templates: TEMPLATES.map((template, i) => hearTemplate(template, probes[i % FOLDS]!, embed)),
    changes: [
      ...hearTyping(probes, embed),
      hearPairs('denied', DENIALS, embed),
      hearCounts(embed),
      { change: 'another name', cosine: meanCosine(distinctPairs(NAMES.map((name) => embed(`a pink ${name}`)))) },
    ],
  };
}

async function embedderOf(encoder: CaptionEncoder): Promise<Embed> {
  const texts = [...new Set(allTexts())];
  const { data } = await precompute({ encoder, captions: texts });
  const rows = new Map(texts.map((text, i) => [text, data.subarray(i * encoder.dim, (i + 1) * encoder.dim)]));
  return (text) => rows.get(text)!;
}

function allTexts(): string[] {
  const plain = TEMPLATES.flatMap(captionsOf).map(({ text }) => text);
  const typed = oneColour().flatMap(({ text }) => MISSPELLINGS.map(([word]) => fill(text, { petals: word })));
  const denials = DENIALS.flat().flatMap((text) => COLOURS.map((petals) => fill(text, { petals })));
  const counted = COUNTED.flatMap((text) => COLOURS.flatMap((petals) => COUNTS.map((n) => withCount(text, n, petals))));
  const names = NAMES.map((name) => `a pink ${name}`);
  const upper = oneColour()
    .flatMap(captionsOf)
    .map(({ text }) => text.toUpperCase());
  return [...plain, ...typed, ...denials, ...counted, ...names, ...upper];
}

const oneColour = () => TEMPLATES.filter((template) => rolesOf(template).length === 1);
const withCount = (text: string, count: string, petals: Colour) => fill(text, { petals }).replace('{count}', count);
const classOf = (colour: Colour) => COLOURS.indexOf(colour);

/** Probes that have seen every template but those of a fold. */
function probesOf(fold: number, embed: Embed): Probes {
  const seen = TEMPLATES.filter((_, i) => i % FOLDS !== fold).flatMap(captionsOf);
  return Object.fromEntries(
    ROLES.map((role) => {
      const captions = seen.filter(({ said }) => said[role] !== undefined);
      const rows = captions.map(({ text }) => embed(text));
      const labels = captions.map(({ said }) => classOf(said[role]!));
      return [role, fitProbe(rows, labels, COLOURS.length)];
    }),
  );
}

function hearTemplate(template: Template, probes: Probes, embed: Embed): TemplateHeard {
  const captions = captionsOf(template);
  const roles = rolesOf(template);
  const reads = (role: Role) =>
    share(captions, ({ text, said }) => bestClass(probes[role]!(embed(text))) === classOf(said[role]!));
  const read = Object.fromEntries(roles.map((role) => [role, reads(role)]));
  const others = (said: Caption['said']) =>
    roles
      .slice(1)
      .map((role) => said[role])
      .join();
  const byOthers = groupBy(captions, ({ said }) => others(said));
  const cosine = meanCosine(
    [...byOthers.values()].flatMap((group) => distinctPairs(group.map(({ text }) => embed(text)))),
  );
  const [first, second] = roles;
  if (first === undefined || second === undefined) return { template, cosine, read };
  const exchange = ({ text, said }: Caption) =>
    [embed(text), embed(fill(template.text, { [first]: said[second]!, [second]: said[first]! }))] as const;
  const isRight = ({ text, said }: Caption) => {
    const [a, b] = [probes[first]!(embed(text)), probes[second]!(embed(text))];
    const [one, other] = [classOf(said[first]!), classOf(said[second]!)];
    return a[one]! + b[other]! > a[other]! + b[one]!;
  };
  return {
    template,
    cosine,
    exchanged: meanCosine(captions.map(exchange)),
    read,
    whichIsWhere: share(captions, isRight),
  };
}

/** Captions of one colour, misspelt and in capitals, read by probes that have not seen their template. */
function hearTyping(probes: readonly Probes[], embed: Embed): ChangeHeard[] {
  const cases = (typed: (template: Template) => readonly (readonly [text: string, right: string, colour: Colour])[]) =>
    TEMPLATES.flatMap((template, i) =>
      rolesOf(template).length > 1 ? [] : typed(template).map((row) => [...row, probes[i % FOLDS]!.petals!] as const),
    );
  const misspelt = cases(({ text }) =>
    MISSPELLINGS.map(([word, meant]) => [fill(text, { petals: word }), fill(text, { petals: meant }), meant]),
  );
  const upper = cases((template) =>
    captionsOf(template).map(({ text, said }) => [text.toUpperCase(), text, said.petals!] as const),
  );
  return Object.entries({ misspelt, capitals: upper }).map(([change, rows]) => ({
    change,
    cosine: meanCosine(rows.map(([text, right]) => [embed(text), embed(right)])),
    read: share(rows, ([text, , colour, probe]) => bestClass(probe(embed(text))) === classOf(colour)),
  }));
}

/** Each pair of texts is classified by a probe that has seen the other pairs. */
function hearPairs(change: string, pairs: readonly (readonly [string, string])[], embed: Embed): ChangeHeard {
  const rowsOf = (texts: readonly string[]) =>
    texts.flatMap((text, label) => COLOURS.map((petals) => ({ row: embed(fill(text, { petals })), label })));
  const groups = pairs.map(rowsOf);
  const cosines = pairs.flatMap(([said, denied]) =>
    COLOURS.map((petals) => [embed(fill(said, { petals })), embed(fill(denied, { petals }))] as const),
  );
  return { change, cosine: meanCosine(cosines), read: leaveOneOut(groups, 2) };
}

function hearCounts(embed: Embed): ChangeHeard {
  const groups = COUNTED.map((text) =>
    COUNTS.flatMap((count, label) => COLOURS.map((petals) => ({ row: embed(withCount(text, count, petals)), label }))),
  );
  const cosines = COUNTED.flatMap((text) =>
    COLOURS.flatMap((petals) => distinctPairs(COUNTS.map((count) => embed(withCount(text, count, petals))))),
  );
  return { change: 'another count', cosine: meanCosine(cosines), read: leaveOneOut(groups, COUNTS.length) };
}

interface Labelled {
  readonly row: Float32Array;
  readonly label: number;
}

/** Share of rows that a probe of all other groups reads correctly. */
function leaveOneOut(groups: readonly (readonly Labelled[])[], classes: number): number {
  const right = groups.flatMap((group) => {
    const seen = groups.filter((other) => other !== group).flat();
    const rows = seen.map(({ row }) => row);
    const probe = fitProbe(
      rows,
      seen.map(({ label }) => label),
      classes,
    );
    return group.map(({ row, label }) => bestClass(probe(row)) === label);
  });
  return share(right, (is) => is);
}

function share<T>(values: readonly T[], holds: (value: T) => boolean): number {
  return values.filter(holds).length / values.length;
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
}

function distinctPairs<T>(values: readonly T[]): (readonly [T, T])[] {
  return values.flatMap((a, i) => values.slice(i + 1).map((b) => [a, b] as const));
}

function meanCosine(pairs: readonly (readonly [Float32Array, Float32Array])[]): number {
  return pairs.reduce((sum, [a, b]) => sum + cosine(a, b), 0) / pairs.length;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    ab += a[k]! * b[k]!;
    aa += a[k]! * a[k]!;
    bb += b[k]! * b[k]!;
  }
  return ab / (Math.sqrt(aa * bb) || 1);
}
