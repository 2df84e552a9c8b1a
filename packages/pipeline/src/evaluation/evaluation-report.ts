/** What an evaluation found: every figure under a name that says how it was measured. */

/** The sets that figures are of, in the order of the report. */
export const EVALUATED_SETS = {
  generated: 'generated',
  untrained: 'untrained generator',
  shuffled: 'captions shuffled',
  training: 'training photos',
  test: 'test photos',
  fullSize: 'test photos at full size',
} as const;
export type EvaluatedSet = keyof typeof EVALUATED_SETS;

/** What is measured, in the order of the report. */
export const FIGURES = {
  frechet: { title: 'Fréchet distance', better: 'lower' },
  kernel: { title: 'kernel distance', better: 'lower' },
  precision: { title: 'precision', better: 'higher' },
  recall: { title: 'recall', better: 'higher' },
  density: { title: 'density', better: 'higher' },
  coverage: { title: 'coverage', better: 'higher' },
  'inception-score': { title: 'Inception score', better: 'higher' },
  'r-precision': { title: 'R-precision, 1 right of 100', better: 'higher' },
  'retrieval-at-1': { title: 'own picture first', better: 'higher' },
  'retrieval-at-10': { title: 'own picture among the first 10', better: 'higher' },
  'retrieval-class': { title: 'first picture of the right class', better: 'higher' },
  'diversity-class': { title: 'diversity within a class', better: 'higher' },
  'diversity-caption': { title: 'diversity at fixed caption', better: 'higher' },
  'caption-sensitivity': { title: 'change by caption / change by noise', better: 'higher' },
  copying: { title: 'nearer to the training photos than test photos are', better: 'about ½' },
} as const;
export type FigureKind = keyof typeof FIGURES;

export interface Figure {
  readonly kind: FigureKind;
  /** For instance `frechet-googlenet-1155-test-64px`. */
  readonly name: string;
  readonly value: number;
  /** Where it is known. */
  readonly standardError?: number;
}

export interface EvaluationRow {
  readonly set: EvaluatedSet;
  readonly figures: readonly Figure[];
}

export interface EvaluationReport {
  readonly dataset: string;
  /** Pictures drawn, and photos of the test and the training classes that they are compared with. */
  readonly samples: number;
  readonly references: number;
  readonly trainingPhotos: number;
  readonly imageSize: number;
  readonly seed: number;
  /** Networks whose features are compared: the short name, and the id that tells their weights apart. */
  readonly extractors: readonly { readonly name: string; readonly id: string }[];
  /** The joint embedding that says whether pictures fit captions; none: those figures are missing. */
  readonly judge: { readonly id: string; readonly ofTheGenerator: boolean } | null;
  readonly rows: readonly EvaluationRow[];
  /** Of the generated pictures, as shares of what real test photos of the same size score. */
  readonly relative: {
    readonly rPrecision?: number;
    readonly diversityWithinClass: number;
    readonly diversityAtCaption: number;
  };
}

/** The value of a figure of a set; the first where there are several extractors. */
export function figureOf(rows: readonly EvaluationRow[], set: EvaluatedSet, kind: FigureKind): number | undefined {
  return rows.find((row) => row.set === set)?.figures.find((figure) => figure.kind === kind)?.value;
}
