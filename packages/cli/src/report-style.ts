/** Measures the style encoder of a run, keeps the report with it, and prints it. */

import { join } from 'node:path';
import { writeJsonFile } from '@t2i/core/node';
import { type EvaluateStyleOptions, evaluateStyle, styleDirectory } from '@t2i/pipeline';
import { styleMarkdown } from '@t2i/reports';
import type { Output } from './output.ts';

/** Writes `style/report.json` into the run. A backend must have been chosen. */
export async function reportStyle(options: EvaluateStyleOptions, output: Output): Promise<void> {
  const report = await evaluateStyle({ ...options, logger: output });
  const file = join(styleDirectory(options.runDirectory), 'report.json');
  await writeJsonFile(file, report);
  output.write(`${styleMarkdown(report)}${file}\n`);
}
