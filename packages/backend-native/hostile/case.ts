/** Case number n of a seed: one kernel, one way of calling it, arguments that are spoiled or not. The same for ever. */

import { inspect } from 'node:util';
import { Rng } from '@t2i/core';
import { type Arguments, Draw, type Kind } from './arguments.ts';
import { KINDS } from './kinds.ts';
import { REDUCTIONS, SHAPES } from './kinds-shape.ts';
import { NORMALISATIONS, PRODUCTS } from './kinds-windows.ts';
import { spoiled } from './mutate.ts';

/** Through tfjs's registry, past its checks; through the public operation; or as the gradient of that. */
export type Route = 'kernel' | 'api' | 'gradient';

export interface Case {
  readonly number: number;
  readonly kernel: string;
  readonly route: Route;
  readonly arguments: Arguments;
  /** Draws the values of tensors, the same for each backend. */
  readonly valueSeed: number;
}

/** What walks through memory in ways of its own comes up more often than what goes from element to element. */
const NAMES = [KINDS, REDUCTIONS, SHAPES, PRODUCTS, PRODUCTS, NORMALISATIONS].flatMap((kinds) => Object.keys(kinds));
const CASES_PER_SEED = 2 ** 32;

export function kindOf(kernel: string): Kind {
  return KINDS[kernel]!;
}

export function hostileCase(seed: number, number: number): Case {
  const draw = new Draw(new Rng(seed * CASES_PER_SEED + number));
  const kernel = draw.pick(...NAMES);
  const kind = kindOf(kernel);
  const route: Route = kind.api === undefined ? 'kernel' : draw.pick('kernel', 'kernel', 'api', 'gradient');
  return { number, kernel, route, arguments: spoiled(kind.make(draw), draw), valueSeed: draw.whole(0, 2 ** 31) };
}

export function describeCase({ number, kernel, route, arguments: given }: Case): string {
  const what = inspect(given, { depth: null, compact: true, breakLength: Infinity });
  return `case ${number}, ${kernel} (${route}): ${what}`;
}
