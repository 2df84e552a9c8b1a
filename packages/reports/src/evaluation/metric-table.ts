/** The metrics of a report as rows of text: one row for each metric, one column for each set. */

import { EVALUATED_SETS, type EvaluatedSet, type EvaluationReport, METRICS, type Metric } from '@t2i/pipeline';
import { percent } from '../markdown-table.ts';

export interface MetricTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Rows are named after the metrics of the generated images. A cell is empty where a metric makes no sense for a set. */
export function metricTable({ rows, heldOut = true }: Pick<EvaluationReport, 'rows' | 'heldOut'>): MetricTable {
  const sets = (Object.keys(EVALUATED_SETS) as EvaluatedSet[]).filter((set) => rows.some((row) => row.set === set));
  const figures = new Map(rows.map((row) => [row.set, row.figures]));
  const own = figures.get('generated') ?? [];
  return {
    header: ['metric', 'better', ...sets.map((set) => titleOf(set, heldOut))],
    rows: own.map((figure) => [
      figure.name,
      METRICS[figure.kind].better,
      ...sets.map((set) => cell(sameMetric(figure, own, figures.get(set)!))),
    ]),
  };
}

/** Without test photos, training photos take their place. */
function titleOf(set: EvaluatedSet, heldOut: boolean): string {
  return heldOut ? EVALUATED_SETS[set] : EVALUATED_SETS[set].replace('test photos', 'training photos');
}

/** The metric of the same kind by the same extractor: the n-th of its kind. */
function sameMetric(figure: Metric, own: readonly Metric[], others: readonly Metric[]): Metric | undefined {
  const nth = own.filter(({ kind }) => kind === figure.kind).indexOf(figure);
  return others.filter(({ kind }) => kind === figure.kind)[nth];
}

const SHARES = new Set<Metric['kind']>([
  ...(['precision', 'recall', 'coverage', 'r-precision', 'copying'] as const),
  ...(['retrieval-at-1', 'retrieval-at-10', 'retrieval-class'] as const),
]);

function cell(figure: Metric | undefined): string {
  if (figure === undefined) return '';
  const { kind, value, standardError } = figure;
  if (!SHARES.has(kind)) return Math.abs(value) < 0.0995 ? value.toPrecision(2) : value.toFixed(value < 100 ? 2 : 1);
  return `${percent(value)}${standardError === undefined ? '' : ` ± ${(100 * standardError).toFixed(1)}`}`;
}
