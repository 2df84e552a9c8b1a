/** A confusion matrix as an image. */

import { escapeXml, FONT_FAMILY } from '@t2i/image-node';
import type { EncoderReport } from '@t2i/text-encoder/training';

const CELL = 26;
const NAMES = 190; // room for the names of classes

/** An SVG: rows are true classes, columns predicted ones; a cell is darker for a larger share of its row. */
export function confusionSvg({ classes, confusion }: Pick<EncoderReport, 'classes' | 'confusion'>): string {
  const side = NAMES + classes.length * CELL + 10;
  const at = (i: number) => NAMES + i * CELL;
  const cells = confusion.flatMap((row, i) =>
    row.flatMap((count, j) => (count === 0 ? [] : [cellSvg(at(j), at(i), count, count / classes[i]!.images)])),
  );
  const names = classes.map(({ name }, i) => {
    const middle = at(i) + CELL / 2 + 4;
    const label = escapeXml(name.length > 24 ? `${name.slice(0, 23)}…` : name);
    return (
      `<text x="${NAMES - 8}" y="${middle}" text-anchor="end">${label}</text>` +
      `<text transform="translate(${middle} ${NAMES - 8}) rotate(-90)">${label}</text>`
    );
  });
  const title =
    `<text x="${NAMES - 8}" y="${NAMES - 24}" text-anchor="end" font-style="italic">predicted →</text>` +
    `<text x="${NAMES - 8}" y="${NAMES - 8}" text-anchor="end" font-style="italic">true ↓</text>`;
  const box = `width="${side}" height="${side}"`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" ${box} font-family="${FONT_FAMILY}" font-size="12" fill="#333">` +
    `<rect ${box} fill="#fff"/>${title}${names.join('')}${cells.join('')}` +
    `<rect x="${NAMES}" y="${NAMES}" width="${classes.length * CELL}" height="${classes.length * CELL}" fill="none" stroke="#999"/></svg>\n`
  );
}

function cellSvg(x: number, y: number, count: number, share: number): string {
  const colour = share > 0.5 ? '#fff' : '#333';
  return (
    `<rect x="${x}" y="${y}" width="${CELL}" height="${CELL}" fill="#0072b2" fill-opacity="${share.toFixed(3)}"/>` +
    `<text x="${x + CELL / 2}" y="${y + CELL / 2 + 4}" text-anchor="middle" font-size="10" fill="${colour}">${count}</text>`
  );
}
