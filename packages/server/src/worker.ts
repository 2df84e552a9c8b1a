export type { Cell, Painter, PainterFacts, PainterOptions, Refusal } from './painter.ts';
export { createPainter } from './painter.ts';
export { paintForParent } from './worker/paint-for-parent.ts';
