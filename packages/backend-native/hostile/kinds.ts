/** How every kernel of the backend is called well. */

import type { Kinds } from './arguments.ts';
import { ELEMENTWISE } from './kinds-elementwise.ts';
import { IMAGES, SPARSE, STRINGS } from './kinds-rare.ts';
import { REDUCTIONS, SHAPES } from './kinds-shape.ts';
import { VOLUMES } from './kinds-volume.ts';
import { NORMALISATIONS, PRODUCTS, RESIZING } from './kinds-windows.ts';

export const KINDS: Kinds = {
  ...ELEMENTWISE,
  ...REDUCTIONS,
  ...SHAPES,
  ...PRODUCTS,
  ...NORMALISATIONS,
  ...RESIZING,
  ...VOLUMES,
  ...IMAGES,
  ...SPARSE,
  ...STRINGS,
};
