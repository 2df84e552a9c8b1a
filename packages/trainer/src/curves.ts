/** Plots losses and scores over the steps of a run. */

import { writeFileAtomic } from '@t2i/core/node';
import { encodeImage, escapeXml, FONT_FAMILY, renderSvg } from '@t2i/image-node';
import { niceTicks, tickLabel } from './axis.ts';
import { shortNumber } from './format.ts';
import { runPaths } from './run-directory.ts';
import { type LogLine, readLog } from './trackers/jsonl.ts';

const WIDTH = 880;
const PANEL_HEIGHT = 250;
const MARGIN = { left: 60, right: 210, top: 36, bottom: 34 };
const PLOT = { width: WIDTH - MARGIN.left - MARGIN.right, height: PANEL_HEIGHT - MARGIN.top - MARGIN.bottom };
const MAX_POINTS = 400; // more than the plot can show; further values are averaged
/** Okabe and Ito's colours, which colour-blind readers can distinguish. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const;
const PANELS = [
  { title: 'loss', prefix: 'loss/' },
  { title: 'score', prefix: 'score/' },
] as const;

/** Redraws `curves.svg` and `curves.png` from the log. Does nothing while the log is empty. */
export async function drawCurves(runDirectory: string): Promise<void> {
  const { log, curvesSvg: svgPath, curvesPng: pngPath } = runPaths(runDirectory);
  const svg = curvesSvg(await readLog(log));
  if (svg === undefined) return;
  await writeFileAtomic(svgPath, svg);
  await writeFileAtomic(pngPath, await encodeImage(await renderSvg(svg, { scale: 2 })));
}

/** One panel for `loss/…` and one for `score/…` if the log has any; undefined if it has neither. */
export function curvesSvg(lines: readonly LogLine[]): string | undefined {
  const panels = PANELS.map((panel) => ({ ...panel, series: seriesOf(lines, panel.prefix) })).filter(
    ({ series }) => series.length > 0,
  );
  if (panels.length === 0) return undefined;
  const lastStep = lines.at(-1)!.step;
  const content = panels.map(
    ({ title, series }, i) =>
      `<g transform="translate(0 ${i * PANEL_HEIGHT})">${panelSvg(title, series, lastStep)}</g>`,
  );
  const box = `width="${WIDTH}" height="${panels.length * PANEL_HEIGHT}"`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" ${box} font-family="${FONT_FAMILY}" font-size="12" fill="#333">` +
    `<rect ${box} fill="#fff"/>${content.join('')}</svg>\n`
  );
}

interface Point {
  readonly step: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  readonly last: number;
}

function seriesOf(lines: readonly LogLine[], prefix: string): Series[] {
  const names = [...new Set(lines.flatMap((line) => Object.keys(line)))].filter((name) => name.startsWith(prefix));
  return names.map((name) => {
    const values = lines.flatMap((line) => (line[name] === undefined ? [] : [{ step: line.step, value: line[name] }]));
    return { name: name.slice(prefix.length), points: average(values), last: values.at(-1)!.value };
  });
}

/** At most `MAX_POINTS` points, each with the mean and the range of its part of the values. */
function average(values: readonly { step: number; value: number }[]): Point[] {
  const share = Math.ceil(values.length / MAX_POINTS);
  return Array.from({ length: Math.ceil(values.length / share) }, (_, i) => {
    const part = values.slice(i * share, (i + 1) * share);
    const numbers = part.map(({ value }) => value);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    return { step: part.at(-1)!.step, mean, low: Math.min(...numbers), high: Math.max(...numbers) };
  });
}

function panelSvg(title: string, series: readonly Series[], lastStep: number): string {
  const points = series.flatMap((one) => one.points);
  const top = Math.max(...points.map(({ high }) => high), 0);
  const bottom = Math.min(...points.map(({ low }) => low), 0);
  const height = top - bottom || 1;
  const x = (step: number) => round(MARGIN.left + (PLOT.width * step) / Math.max(1, lastStep));
  const y = (value: number) => round(MARGIN.top + PLOT.height * (1 - (value - bottom) / height));
  const right = MARGIN.left + PLOT.width;
  const rows = niceTicks(bottom, bottom + height, 5).map(
    (value) =>
      `<path d="M${MARGIN.left} ${y(value)}H${right}" stroke="#ddd"/>` +
      `<text x="${MARGIN.left - 8}" y="${y(value) + 4}" text-anchor="end">${tickLabel(value)}</text>`,
  );
  const columns = niceTicks(0, lastStep, 6).map(
    (step) =>
      `<text x="${x(step)}" y="${MARGIN.top + PLOT.height + 18}" text-anchor="middle">${tickLabel(step)}</text>`,
  );
  const curves = series.map(({ points: own }, i) => curveSvg(own, colourOf(i), x, y));
  return (
    `<text x="${MARGIN.left}" y="22" font-size="15" font-weight="bold">${title}</text>` +
    `${rows.join('')}${columns.join('')}<text x="${right + 8}" y="${MARGIN.top + PLOT.height + 18}">step</text>` +
    curves.join('') +
    series.map(({ name, last }, i) => legendSvg(`${name} ${shortNumber(last)}`, colourOf(i), i)).join('')
  );
}

/** The mean as a line in a faint band from the lowest to the highest value. */
function curveSvg(points: readonly Point[], colour: string, x: (step: number) => number, y: (value: number) => number) {
  const path = (corners: readonly (readonly [number, number])[]) => corners.map((corner) => corner.join(' ')).join('L');
  const line = points.map(({ step, mean }) => [x(step), y(mean)] as const);
  const upper = points.map(({ step, high }) => [x(step), y(high)] as const);
  const lower = points.map(({ step, low }) => [x(step), y(low)] as const).reverse();
  return (
    `<path d="M${path([...upper, ...lower])}Z" fill="${colour}" opacity=".2"/>` +
    `<path d="M${path(line)}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-linejoin="round"/>`
  );
}

function legendSvg(label: string, colour: string, row: number): string {
  const left = MARGIN.left + PLOT.width + 16;
  const middle = MARGIN.top + 8 + row * 20;
  return (
    `<path d="M${left} ${middle}h18" stroke="${colour}" stroke-width="3"/>` +
    `<text x="${left + 26}" y="${middle + 4}">${escapeXml(label)}</text>`
  );
}

function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
