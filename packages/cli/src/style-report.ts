/** The figures of a run's style encoder: measured, kept beside it, and as a table beside what they have to be read against. */

import { join } from 'node:path';
import { writeJsonFile } from '@t2i/core/node';
import { type EvaluateStyleOptions, evaluateStyle, type StyleReport, styleDirectory } from '@t2i/pipeline';
import { markdownTable, percent } from './markdown-table.ts';
import type { Output } from './output.ts';

/** Measures, writes `style/report.json` into the run, and prints the table. A backend must have been chosen. */
export async function reportStyle(options: EvaluateStyleOptions, output: Output): Promise<void> {
  const report = await evaluateStyle({ ...options, logger: output });
  const file = join(styleDirectory(options.runDirectory), 'report.json');
  await writeJsonFile(file, report);
  output.write(`${styleTable(report)}${file}\n`);
}

function styleTable({ samples, heldOut, style, generator, reconstruction, background }: StyleReport): string {
  const { error, cosine, recognised } = reconstruction;
  const table = markdownTable(
    ['', 'measured', 'knowing nothing', 'exact'],
    [
      ['squared error of a coordinate of z', number(error), '1', '0'],
      ['cosine of S(G(z, t)) with z', number(cosine), '0', '1'],
      [`z recognised among ${samples}`, percent(recognised), percent(1 / samples), '100 %'],
      ['background kept, image → other caption', number(background.drawn), '0', number(background.exact)],
      ['background kept, photo → other caption', number(background.photos), number(background.chance), ''],
    ],
  );
  const of = `Style encoder at step ${style.step} (epoch ${style.epoch}), generator at step ${generator.step} (epoch ${generator.epoch})`;
  return `${of}; ${samples} captions and photos of ${heldOut ? 'the test split' : 'training, because there are no two test photos'}\n\n${table}`;
}

const number = (value: number) => value.toFixed(3);
