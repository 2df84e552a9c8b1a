/** The listening test as Markdown: tables by position, by change, of the worst templates, and of images. */

import type { TemplateHeard, WordsHeard } from './hear-words.ts';
import type { ImagesSeen } from './see-images.ts';
import { type Position, ROLES, type Role } from './templates.ts';

/** The lower limit of a good template. */
const FLOOR = 0.8;

const percent = (value: number | undefined) => (value === undefined ? '' : `${(100 * value).toFixed(1)} %`);
const cosine = (value: number | undefined) => (value === undefined ? '' : value.toFixed(3));

/** The mean share of each role over its templates, and the share of correct orders. */
export function totalsOf({ templates }: WordsHeard): Readonly<Record<Role | 'whichIsWhere', number>> {
  const mean = (of: (heard: TemplateHeard) => number | undefined) => meanOf(templates, of)!;
  return {
    petals: mean(({ read }) => read.petals),
    centre: mean(({ read }) => read.centre),
    edges: mean(({ read }) => read.edges),
    whichIsWhere: mean(({ whichIsWhere }) => whichIsWhere),
  };
}

export function encoderTables(heard: WordsHeard): string {
  const rows = positionsOf(heard).map(([position, group]) => row(position, group));
  const changes = heard.changes.map(({ change, cosine: moved, read }) => [change, cosine(moved), percent(read)]);
  return [
    table(
      ['the colour stands', 'cosine, other colour', 'cosine, exchanged', ...ROLES, 'which is where', 'worst template'],
      [...rows, row('all', heard.templates)],
    ),
    table(['change', 'cosine', 'read'], changes),
    `Templates that are read below ${percent(FLOOR)}: ${belowFloor(heard)}`,
  ].join('\n\n');
}

export function imageTable(seen: readonly ImagesSeen[]): string {
  const rows = seen.map(({ text, named, other, centre }) => [
    text,
    percent(named),
    percent(other),
    centre === undefined ? '' : `${centre.toFixed(2)} ×`,
  ]);
  return table(['drawn', 'petals as named', 'petals as the other colour', 'centre colour, middle : ring'], rows);
}

function row(name: string, group: readonly TemplateHeard[]): string[] {
  return [
    name,
    cosine(meanOf(group, (heard) => heard.cosine)),
    cosine(meanOf(group, (heard) => heard.exchanged)),
    ...ROLES.map((role) => percent(meanOf(group, ({ read }) => read[role]))),
    percent(meanOf(group, (heard) => heard.whichIsWhere)),
    percent(Math.min(...group.flatMap(({ read }) => Object.values(read)))),
  ];
}

function positionsOf({ templates }: WordsHeard): [Position, TemplateHeard[]][] {
  const groups = new Map<Position, TemplateHeard[]>();
  for (const heard of templates) {
    const { position } = heard.template;
    groups.set(position, [...(groups.get(position) ?? []), heard]);
  }
  return [...groups];
}

function belowFloor({ templates }: WordsHeard): string {
  const below = templates.flatMap(({ template, read, whichIsWhere }) =>
    Object.entries({ ...read, ...(whichIsWhere !== undefined && { 'which is where': whichIsWhere }) })
      .filter(([, share]) => share < FLOOR)
      .map(([what, share]) => `“${template.text}” (${what} ${percent(share)})`),
  );
  return below.length === 0 ? 'none.' : `${below.join(', ')}.`;
}

function meanOf<T>(values: readonly T[], of: (value: T) => number | undefined): number | undefined {
  const numbers = values.flatMap((value) => of(value) ?? []);
  return numbers.length === 0 ? undefined : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
