/** Embeddings in the plane, coloured by class, as an image. */

import { escapeXml, FONT_FAMILY } from '@t2i/image-node';

const SIDE = 720;
const MARGIN = 30;
const LEGEND = 210;

export interface EmbeddingImage {
  /** [n, 2]. */
  readonly points: Float32Array;
  /** Index of the class of each point. */
  readonly labels: ArrayLike<number>;
  readonly classNames: readonly string[];
}

/** An SVG: every class has a colour, and its number at its centre. */
export function embeddingSvg({ points, labels, classNames }: EmbeddingImage): string {
  const [x, y] = [scaleOf(points, 0), scaleOf(points, 1)];
  const place = (i: number) => [x(points[2 * i]!), y(points[2 * i + 1]!)] as const;
  const colour = (label: number) => `hsl(${Math.round((360 * label) / classNames.length)} 65% ${label % 2 ? 38 : 55}%)`;
  const dots = Array.from({ length: points.length / 2 }, (_, i) => {
    const [cx, cy] = place(i);
    return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour(labels[i]!)}" fill-opacity=".6"/>`;
  });
  const middles = classNames.map((_, label) => {
    const own = Array.from({ length: points.length / 2 }, (_, i) => i).filter((i) => labels[i] === label);
    const mean = (axis: 0 | 1) => own.reduce((sum, i) => sum + place(i)[axis], 0) / Math.max(1, own.length);
    const text = `x="${mean(0)}" y="${mean(1)}" text-anchor="middle" font-weight="bold"`;
    return `<text ${text} stroke="#fff" stroke-width="3">${label + 1}</text><text ${text}>${label + 1}</text>`;
  });
  const legend = classNames.map(
    (name, label) =>
      `<circle cx="${SIDE + 10}" cy="${MARGIN + label * 20 - 4}" r="5" fill="${colour(label)}"/>` +
      `<text x="${SIDE + 22}" y="${MARGIN + label * 20}">${label + 1} ${escapeXml(name)}</text>`,
  );
  const title = `<text x="${MARGIN}" y="${SIDE - 6}" font-style="italic">→ first principal component, ↓ second</text>`;
  const box = `width="${SIDE + LEGEND}" height="${Math.max(SIDE, 2 * MARGIN + classNames.length * 20)}"`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" ${box} font-family="${FONT_FAMILY}" font-size="12" fill="#333">` +
    `<rect ${box} fill="#fff"/>${dots.join('')}${middles.join('')}${legend.join('')}${title}</svg>\n`
  );
}

/** From the range of one coordinate to pixels. */
function scaleOf(points: Float32Array, axis: 0 | 1): (value: number) => number {
  const values = points.filter((_, i) => i % 2 === axis);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return (value) => Math.round(MARGIN + ((SIDE - 2 * MARGIN) * (value - low)) / (high - low || 1));
}
