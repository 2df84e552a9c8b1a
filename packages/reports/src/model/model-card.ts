/** The model card of an exported model: what it is, its metrics, training and limits. */

import type { RunEvaluation } from '@t2i/pipeline';
import type { ModelManifest } from '@t2i/published-model';
import { evaluationSection } from '../evaluation/evaluation-markdown.ts';

export interface ModelCard {
  readonly manifest: ModelManifest;
  /** Whether there is a `samples.webp`. */
  readonly hasSamples: boolean;
  /** Duration of the training. */
  readonly seconds: number | undefined;
  readonly evaluation: RunEvaluation['report'] | undefined;
}

/** Sources of photos and captions, by the name of the data set. */
const SOURCES: Readonly<Record<string, string>> = {
  'oxford-102':
    'Photos: Oxford-102 flowers, M.-E. Nilsback and A. Zisserman, _Automated flower classification over a large number of classes_, 2008; ' +
    'captions, ten per photo: S. Reed et al., _Learning deep representations of fine-grained visual descriptions_, 2016. Both were published for research. ' +
    'Training used the 82 classes of the training and validation split, never the 20 test classes. Neither photos nor captions are part of this model.',
  'toy-flowers': 'Drawings of flowers with generated captions, made by `@t2i/dataset`; no photos.',
};

export function modelCard({ manifest, hasSamples, seconds, evaluation }: ModelCard): string {
  const { facts, imageSize, generator, encoder, license } = manifest;
  const { dataset } = facts;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
  return `# ${dataset}, ${imageSize}×${imageSize}

Generates images of ${imageSize}×${imageSize} pixels from English captions: GAN-CLS of Reed et al. 2016
([arXiv 1605.05396](https://arxiv.org/abs/1605.05396)), trained only on ${dataset} by \`t2i train\`.
\`generator.safetensors\` (${megabytes(generator.file.bytes)}) generates images${generator.averaged ? ' (with averaged weights)' : ''}, \`encoder.safetensors\` (${megabytes(encoder.file.bytes)}) reads captions
(\`${encoder.id}\`), and \`model.json\` describes both, with their hashes. ${manifest.precision === 'float16' ? 'Matrices have 16 bits, vectors 32.' : 'All weights have 32 bits.'}
${hasSamples ? '\n![Captions of our own, eight images each, the same noise in each column](samples.webp)\n' : ''}
## Use

\`\`\`sh
t2i generate "a pink flower with yellow petals" --run <this directory>
\`\`\`

In programs and browsers: \`openPublishedModel\` of \`@t2i/published-model\`.

## Metrics

${figures(evaluation, facts.step)}
## Training

\`\`\`sh
t2i train --config training.json --encoder . --run runs/again
\`\`\`

Epoch ${facts.epoch}, step ${facts.step}: ${facts.imagesShown.toLocaleString('en')} images shown${seconds === undefined ? '' : ` in ${duration(seconds)}`}; objective \`${facts.objective}\`. \`training.json\` has all settings.

## Data

${SOURCES[dataset] ?? `The set "${dataset}". The source of its photos and captions is not recorded. They are not part of this model.`}

## Limits

- It knows only ${dataset}. Images for captions about other things mean little.
- ${imageSize}×${imageSize} pixels; colours follow the caption better than shapes and counts do.
- English only. The encoder, which was fixed during training, decides how captions are read.
- The images show no real flowers and are no source of botanical facts.

## Licence

${license === null ? 'No terms of use are stated for these weights.' : `The weights: ${license}.`}
`;
}

function figures(evaluation: ModelCard['evaluation'], step: number): string {
  if (evaluation === undefined) return 'Not measured: `t2i evaluate` was not run before the export.\n';
  const { run } = evaluation;
  const earlier = `Measured at step ${run.step}, epoch ${run.epoch}, not on these weights of step ${step}.\n\n`;
  return `${run.step === step ? '' : earlier}${evaluationSection(evaluation)}`;
}

/** `9 h 41 min`, `12 min`. */
function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
