/** The model card of a text encoder: what it is, its metrics, training and limits. */

import type { EncoderRun } from '@t2i/pipeline';
import { type SavableEncoder, WordCnn } from '@t2i/text-encoder';
import type { EncoderReport } from '@t2i/text-encoder/training';
import { images, setting } from './encoder-markdown.ts';
import { encoderTable, publishedNote } from './encoder-table.ts';

export interface EncoderCard {
  /** The run that trained the weights. */
  readonly run: EncoderRun;
  /** The published encoder: the same with rounded weights. */
  readonly shipped: SavableEncoder;
  readonly bytes: number;
  /** Whether there is a `curves.png`. */
  readonly hasCurves: boolean;
  /** Reports on the published encoder, on the weights before rounding, and on a baseline. */
  readonly report: EncoderReport;
  readonly unrounded: EncoderReport;
  readonly baseline?: EncoderReport | undefined;
  /** The command that trains the weights again. */
  readonly command: string;
}

/** Descriptions of the kinds of encoder. */
const ABOUT = {
  characters: {
    title: 'char-CNN-RNN',
    what: 'the text encoder of Reed et al. 2016',
    limits: `- It reads the first 201 characters of a caption, in lower case. Characters outside its alphabet of 69 are read as spaces, so it does
  not read other scripts. An empty caption is an error.`,
  },
  words: {
    title: 'word-CNN',
    what: 'convolutions over words, trained by the joint embedding of Reed et al. 2016',
    limits: `- It knows the words of its training captions. It corrects words with one typing error and ignores unknown words.
- It reads the first 128 words of a caption. An empty caption is an error.
- A caption that denies something (“no yellow petals”) is embedded much like one that names it.`,
  },
} as const;

export function encoderCard(card: EncoderCard): string {
  const { run, shipped, bytes, hasCurves, report, unrounded, baseline, command } = card;
  const { dataset } = report;
  const columns = [
    { title: 'shipped (16 bits)', report },
    { title: 'before rounding', report: unrounded },
    ...(baseline === undefined ? [] : [{ title: 'baseline', report: baseline }]),
  ];
  const { title, what, limits } = shipped.kind === WordCnn.kind ? ABOUT.words : ABOUT.characters;
  return `# ${title}, ${dataset}

Turns English captions into ${shipped.dim}-dimensional embeddings: ${what}
([arXiv 1605.05395](https://arxiv.org/abs/1605.05395)), trained only on ${dataset} by \`t2i encoder train\`.
\`encoder.json\` describes it. \`encoder.safetensors\` (${(bytes / 1e6).toFixed(2)} MB) has its weights: matrices in 16 bits, vectors in 32.

## Metrics

${setting(report)}
${baseline ? `The baseline is \`${baseline.encoder}\`, trained by joint embedding as well.\n` : ''}
${encoderTable(columns)}${publishedNote(report)}
${images}
${training(run, command)}${hasCurves ? '\n![Loss and accuracy](curves.png)\n' : ''}
## Limits

- It knows only ${dataset}. Embeddings of captions about other things mean little.
${limits}
- Compare its embeddings only with features of \`${report.imageEncoder}\`.
- The photos (Nilsback and Zisserman 2008) and captions (Reed et al. 2016), published for research, are not part of it.
`;
}

function training({ config, encoder, progress }: EncoderRun, command: string): string {
  const { split, network, objective, batches, optimiser, trainer, seed } = config;
  const { initFrom, teacher } = encoder.settings as { initFrom?: string; teacher?: string };
  const settings = { split, network, initFrom, teacher, objective, batches, optimiser, trainer, seed };
  return `## Training

\`\`\`sh
${command}
\`\`\`

${progress.step} steps, ${progress.epoch} epochs; \`training.jsonl\` has the metrics of every ${trainer.logEvery} steps. All settings:

\`\`\`json
${JSON.stringify(settings, null, 2)}
\`\`\`
`;
}
