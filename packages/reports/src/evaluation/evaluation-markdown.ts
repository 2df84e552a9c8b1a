/** An evaluation as Markdown: what was measured, how, and the metrics side by side. */

import { leftOutLines, METRICS, type RunEvaluation } from '@t2i/pipeline';
import { markdownTable, percent } from '../markdown-table.ts';
import { metricTable } from './metric-table.ts';

type Report = RunEvaluation['report'];

export function evaluationMarkdown(report: Report): string {
  return `# Evaluation\n\n${evaluationSection(report)}`;
}

/** The same without a heading, for use on another page. */
export function evaluationSection(report: Report): string {
  const { header, rows } = metricTable(report);
  const meanings = Object.entries(METRICS).map(([kind, { title }]) => `\`${kind}\`: ${title}`);
  return `${paragraphsOf(report).join('\n\n')}

${markdownTable(header, rows)}
${meanings.join(' · ')}.

${NOTES.map((note) => `- ${note}\n`).join('')}`;
}

/** What was measured. */
export function paragraphsOf(report: Report): string[] {
  const { run, samples, references, trainingPhotos, imageSize, seed, extractors, judge, heldOut = true } = report;
  const networks = extractors.map(({ name, id }) => (id.startsWith(name) ? id : `${name} (${id})`)).join(' and ');
  const photos = heldOut ? `${references} test and ${trainingPhotos} training photos` : `${references} training photos`;
  return [
    `Epoch ${run.epoch}, step ${run.step}, ${run.imagesShown} images shown. ${samples} images of ${imageSize} pixels generated for captions ${captionsOf(report)}, ` +
      `compared with ${photos} of the same size; seed ${seed}. Features: ${networks}, images enlarged bicubically.`,
    judge === null
      ? 'Without a joint embedding, the match of images and captions is not measured.'
      : `The match of images and captions is judged by \`${judge.id}\`${judge.ofTheGenerator ? ', the encoder that the generator was trained with: it may be lenient' : ''}.`,
    ...sharesOf(report),
    ...leftOutLines(report),
  ];
}

/** Which captions were used, and whether the generator was trained on them. */
function captionsOf({ dataset, samples, heldOut = true, trainedCaptions }: Report): string {
  if (!heldOut) return `of training photos of ${dataset}, which has no test photos: the generator was trained on them`;
  const of = `of test photos of ${dataset}`;
  if (trainedCaptions === undefined) return of; // an older report, which does not tell
  if (trainedCaptions === 0) return `${of}, none of which the generator was trained on`;
  return `${of}, ${trainedCaptions} of ${samples} of which the generator was trained on, word for word, as captions of other photos`;
}

/** Both diversities are known, or neither. */
function sharesOf({ relative, heldOut = true }: Report): string[] {
  const { rPrecision, diversityWithinClass, diversityAtCaption } = relative;
  const shares = [
    ['R-precision', rPrecision],
    ['diversity within a class', diversityWithinClass],
    ['at fixed caption', diversityAtCaption],
  ] as const;
  const known = shares.flatMap(([name, share]) => (share === undefined ? [] : [`${name} ${percent(share)}`]));
  return known.length === 0
    ? []
    : [`Relative to ${heldOut ? 'test' : 'training'} photos of the same size: ${known.join(', ')}.`];
}

/** How to read the metrics. */
export const NOTES: readonly string[] = [
  'Metrics with different names are different measurements. Papers report metrics of Inception v3 for Oxford-102, partly fine-tuned on the test classes, ' +
    'and with tens of thousands of images: do not compare them with these.',
  'A Fréchet distance of few images is biased upwards: compare runs at the same number of images, and with the training photos.',
  'Precision, recall, density and coverage use 5 neighbours. Chance is 1 % for R-precision.',
  'Diversity is the mean feature distance of two images. For photos it is measured within a class, because no caption has two photos.',
  'Copying is the probability that an image is nearer to a training photo at full size than a test photo is. Training photos of the generated size show the score of copies.',
];
