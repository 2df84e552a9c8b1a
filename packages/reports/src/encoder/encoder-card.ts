/** The page beside shipped weights: what they are, how good, how they were made, what they cannot do. */

import type { EncoderRun } from '@t2i/pipeline';
import { type SavableEncoder, WordCnn } from '@t2i/text-encoder';
import type { EncoderReport } from '@t2i/text-encoder/training';
import { images, setting } from './encoder-markdown.ts';
import { encoderTable, publishedNote } from './encoder-table.ts';

export interface EncoderCard {
  /** What the weights were trained as. */
  readonly run: EncoderRun;
  /** What ships: the same with rounded weights. */
  readonly shipped: SavableEncoder;
  readonly bytes: number;
  /** Whether `curves.png` stands beside the page. */
  readonly hasCurves: boolean;
  /** Of the shipped encoder, of the weights before rounding, and of a baseline. */
  readonly report: EncoderReport;
  readonly unrounded: EncoderReport;
  readonly baseline?: EncoderReport | undefined;
  /** The command that trains the weights again. */
  readonly command: string;
}

/** What the page says of each kind of encoder. */
const ABOUT = {
  characters: {
    title: 'char-CNN-RNN',
    what: 'the text encoder of Reed et al. 2016',
    limits: `- The first 201 characters of a caption count; capitals are read as small letters; what is not in the alphabet of 69 characters is
  read as a space, so other scripts are not read at all. An empty caption is an error.`,
  },
  words: {
    title: 'word-CNN',
    what: `words and their neighbours, trained by the joint embedding of Reed et al. 2016`,
    limits: `- It knows the words of the captions it was trained on. A word within a typing error of one is read as that, other ones count for nothing.
- The first 128 words of a caption count. An empty caption is an error.`,
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

Captions in English to ${shipped.dim} numbers: ${what}
([arXiv 1605.05395](https://arxiv.org/abs/1605.05395)), trained on ${dataset} by \`t2i encoder train\`, nothing else.
\`encoder.json\` says what it is, \`encoder.safetensors\` (${(bytes / 1e6).toFixed(2)} MB) has its weights, matrices in 16 bits and
vectors in 32.

## Figures

${setting(report)}
${baseline ? `The baseline is \`${baseline.encoder}\`, trained by joint embedding too.\n` : ''}
${encoderTable(columns)}${publishedNote(report)}
${images}
${training(run, command)}${hasCurves ? '\n![Loss and accuracy](curves.png)\n' : ''}
## Limits

- It has seen ${dataset}, nothing else: captions about other things get an embedding that says little.
${limits}
- Embeddings are made to be compared with features of \`${report.imageEncoder}\`, of no other network.
- The photos and captions are not part of it. They are from Nilsback and Zisserman 2008 and Reed et al. 2016, for research.
`;
}

function training({ config, encoder, progress }: EncoderRun, command: string): string {
  const { split, network, objective, batches, trainer, seed } = config;
  const { initFrom, teacher } = encoder.settings as { initFrom?: string; teacher?: string };
  const settings = { split, network, initFrom, teacher, objective, batches, trainer, seed };
  return `## Training

\`\`\`sh
${command}
\`\`\`

${progress.step} steps, ${progress.epoch} epochs; figures of every ${trainer.logEvery} steps in \`training.jsonl\`. All settings:

\`\`\`json
${JSON.stringify(settings, null, 2)}
\`\`\`
`;
}
