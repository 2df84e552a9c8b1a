/** An evaluation as Markdown: what was measured and how, and the figures side by side. */

import { leftOutLines, METRICS, type RunEvaluation } from '@t2i/pipeline';
import { markdownTable, percent } from '../markdown-table.ts';
import { metricTable } from './metric-table.ts';

type Report = RunEvaluation['report'];

export function evaluationMarkdown(report: Report): string {
  return `# Evaluation\n\n${evaluationSection(report)}`;
}

/** The same without a heading, to stand on another page. */
export function evaluationSection(report: Report): string {
  const { header, rows } = metricTable(report);
  const meanings = Object.entries(METRICS).map(([kind, { title }]) => `\`${kind}\`: ${title}`);
  return `${paragraphsOf(report).join('\n\n')}

${markdownTable(header, rows)}
${meanings.join(' · ')}.

${NOTES.map((note) => `- ${note}\n`).join('')}`;
}

/** What the figures are of. */
export function paragraphsOf(report: Report): string[] {
  const { run, samples, references, trainingPhotos, imageSize, seed, extractors, judge, heldOut = true } = report;
  const networks = extractors.map(({ name, id }) => (id.startsWith(name) ? id : `${name} (${id})`)).join(' and ');
  const photos = heldOut
    ? `${references} test and ${trainingPhotos} training photos`
    : `${references} photos that it was trained on`;
  return [
    `Epoch ${run.epoch}, step ${run.step}, ${run.imagesShown} images shown. ${samples} images of ${imageSize} pixels drawn for captions ${captionsOf(report)}, ` +
      `beside ${photos} of the same size; seed ${seed}. Features: ${networks}, images enlarged bicubically.`,
    judge === null
      ? 'No joint embedding was at hand, so whether images fit their captions is not measured.'
      : `Whether images fit their captions is judged by \`${judge.id}\`${judge.ofTheGenerator ? ', the encoder that the generator was trained with: it may be lenient' : ''}.`,
    ...sharesOf(report),
    ...leftOutLines(report),
  ];
}

/** Which captions were drawn, and whether the generator knew them. */
function captionsOf({ dataset, samples, heldOut = true, trainedCaptions }: Report): string {
  if (!heldOut) return `of training photos of ${dataset}, which has no test photos: the generator was trained on them`;
  const of = `of test photos of ${dataset}`;
  if (trainedCaptions === undefined) return of; // an older report, which did not look
  if (trainedCaptions === 0) return `${of}, none of which the generator was trained on`;
  return `${of}, ${trainedCaptions} of ${samples} of which the generator was trained on, word for word, as captions of other photos`;
}

/** Both diversities are known, or neither: they are shares of one figure. */
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
    : [`As shares of what ${heldOut ? 'test' : 'training'} photos of the same size score: ${known.join(', ')}.`];
}

/** How the figures are to be read. */
export const NOTES: readonly string[] = [
  'Figures with different names are different measurements. What papers print for Oxford-102 is of Inception v3, in part fine-tuned on the test classes, ' +
    'and of tens of thousands of images: it must not be set beside these figures.',
  'A Fréchet distance from few images is too large: compare runs at the same number of them, and with the training photos.',
  'Precision, recall, density and coverage are by 5 neighbours. Chance is 1 % for R-precision.',
  'Diversity is the mean distance of two images in feature space; that of photos is within a class, since no caption has two photos.',
  'Copying: the chance that an image lies nearer to a training photo at full size than a test photo does. Training photos, shrunk as the rest, show what copies would score.',
];
