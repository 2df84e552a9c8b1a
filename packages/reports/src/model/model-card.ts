/** The page beside an exported model: what it is, how good, how it was made, what it cannot do. */

import type { RunEvaluation } from '@t2i/pipeline';
import type { ModelManifest } from '@t2i/published-model';
import { evaluationSection } from '../evaluation/evaluation-markdown.ts';

export interface ModelCard {
  readonly manifest: ModelManifest;
  /** Whether `samples.webp` stands beside the page. */
  readonly hasSamples: boolean;
  /** Of training. */
  readonly seconds: number | undefined;
  readonly evaluation: RunEvaluation['report'] | undefined;
}

/** Where photos and captions come from, by the name of the data set. */
const SOURCES: Readonly<Record<string, string>> = {
  'oxford-102':
    'Photos: Oxford-102 flowers, M.-E. Nilsback and A. Zisserman, _Automated flower classification over a large number of classes_, 2008; ' +
    'captions, ten a photo: S. Reed et al., _Learning deep representations of fine-grained visual descriptions_, 2016. Both were published for research. ' +
    'The 82 classes of the training and validation split were used, the 20 test classes never. Neither photos nor captions are part of this model.',
  'toy-flowers': 'Drawn flowers with generated captions, made by `@t2i/dataset`: no photos.',
};

export function modelCard({ manifest, hasSamples, seconds, evaluation }: ModelCard): string {
  const { facts, imageSize, generator, encoder, license } = manifest;
  const { dataset } = facts;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
  return `# ${dataset}, ${imageSize}×${imageSize}

A caption in English to an image of ${imageSize}×${imageSize} pixels: GAN-CLS of Reed et al. 2016
([arXiv 1605.05396](https://arxiv.org/abs/1605.05396)), trained on ${dataset} by \`t2i train\`, nothing else.
\`generator.safetensors\` (${megabytes(generator.file.bytes)}) draws${generator.averaged ? ' (the moving average of its weights)' : ''}, \`encoder.safetensors\` (${megabytes(encoder.file.bytes)}) reads captions
(\`${encoder.id}\`), \`model.json\` says what they are, with their hashes. ${manifest.precision === 'float16' ? 'Matrices have 16 bits, vectors 32.' : 'All weights have 32 bits.'}
${hasSamples ? '\n![Captions of our own, eight images each, one noise a column](samples.webp)\n' : ''}
## Use

\`\`\`sh
t2i generate "a pink flower with yellow petals" --run <this directory>
\`\`\`

In programs and browsers: \`openPublishedModel\` of \`@t2i/published-model\`.

## Figures

${figures(evaluation, facts.step)}
## Training

\`\`\`sh
t2i train --config training.json --encoder . --run runs/again
\`\`\`

Epoch ${facts.epoch}, step ${facts.step}: ${facts.imagesShown.toLocaleString('en')} images shown${seconds === undefined ? '' : ` in ${duration(seconds)}`}; objective \`${facts.objective}\`. \`training.json\` has all settings.

## Data

${SOURCES[dataset] ?? `The set "${dataset}"; whose photos and captions it has is not recorded here. They are not part of this model.`}

## Limits

- It has seen ${dataset}, nothing else: captions about other things give an image that says little.
- ${imageSize}×${imageSize} pixels; colours follow the caption better than shapes and counts do.
- English only. How captions are read is decided by the encoder, which was fixed while the generator learned.
- Images are of no real flower and no source of botanical facts.

## Licence

${license === null ? 'Nobody has said under what terms these weights may be used.' : `The weights: ${license}.`}
`;
}

function figures(evaluation: ModelCard['evaluation'], step: number): string {
  if (evaluation === undefined) return 'Not measured: `t2i evaluate` had not been called on the run.\n';
  const { run } = evaluation;
  const earlier = `Measured at step ${run.step}, epoch ${run.epoch}: not on these weights, which are of step ${step}.\n\n`;
  return `${run.step === step ? '' : earlier}${evaluationSection(evaluation)}`;
}

/** `9 h 41 min`, `12 min`. */
function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
