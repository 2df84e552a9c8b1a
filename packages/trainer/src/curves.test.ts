import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage, renderSvg } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { curvesSvg, drawCurves } from './curves.ts';
import type { LogLine } from './trackers/jsonl.ts';

const line = (step: number, values: Record<string, number>): LogLine => ({ step, epoch: 1, ...values });

/** The corners of the first curve, in pixels. */
function firstCurve(svg: string): number[][] {
  const path = /<path d="M([^"]*)" fill="none"/.exec(svg)![1]!;
  return path.split('L').map((corner) => corner.split(' ').map(Number));
}

it('puts the values where the axes say', () => {
  const svg = curvesSvg([
    line(0, { 'loss/generator': 0 }),
    line(50, { 'loss/generator': 4 }),
    line(100, { 'loss/generator': 2 }),
  ])!;
  // plot area: x 60 … 670, y 36 … 216
  expect(firstCurve(svg)).toEqual([
    [60, 216],
    [365, 36],
    [670, 126],
  ]);
  expect(svg).toContain('>generator 2.00</text>');
  expect(svg).not.toContain('>score</text>');
});

it('has a panel for losses and one for scores', async () => {
  const svg = curvesSvg([line(10, { 'loss/generator': 1, 'score/real': 0.6, 'score/fake': 0.4 })])!;
  expect(svg.match(/font-weight="bold">[a-z]+/g)).toEqual(['font-weight="bold">loss', 'font-weight="bold">score']);
  expect(await renderSvg(svg)).toMatchObject({ width: 880, height: 500 });
});

it('averages long logs, keeping their range', () => {
  const lines = Array.from({ length: 10_000 }, (_, i) => line(i + 1, { 'loss/generator': [1, 3, 2, 2, 2][i % 5]! }));
  const curve = firstCurve(curvesSvg(lines)!);
  expect(curve).toHaveLength(400);
  expect(new Set(curve.map(([, y]) => y))).toEqual(new Set([96])); // 216 − 180·2/3: the mean, 2, below a top of 3
});

it('escapes names, and survives equal and negative values', async () => {
  const svg = curvesSvg([line(1, { 'loss/<a&b>': -3 }), line(2, { 'loss/<a&b>': -3 })])!;
  expect(svg).toContain('&lt;a&amp;b&gt;');
  await expect(renderSvg(svg)).resolves.toMatchObject({ height: 250 });
});

it('writes both files from the log, and none for an empty log', () =>
  withTemporaryDirectory(async (run) => {
    await writeFile(join(run, 'log.jsonl'), '');
    await drawCurves(run);
    expect(await readdir(run)).toEqual(['log.jsonl']);
    await writeFile(join(run, 'log.jsonl'), '{"step":1,"loss/generator":1}\n');
    await drawCurves(run);
    expect((await readdir(run)).sort()).toEqual(['curves.png', 'curves.svg', 'log.jsonl']);
    expect(await decodeImage(await readFile(join(run, 'curves.png')))).toMatchObject({ width: 1760, height: 500 });
  }));
