/** Names of metrics, which state how they were measured. Metrics with different names must not be compared. */

export interface MetricProtocol {
  /** `frechet`, `r-precision`, … */
  readonly metric: string;
  /** The network whose features are compared: `googlenet`, `inception-v3`, or the joint embedding's name. */
  readonly extractor: string;
  /** Number of measured images. */
  readonly samples: number;
  /** The split of captions and real photos. */
  readonly split: string;
  /** Side of the images before the extractor enlarges them, in pixels. */
  readonly imageSize: number;
}

/** For instance `frechet-googlenet-1155-test-64px`. */
export function metricName({ metric, extractor, samples, split, imageSize }: MetricProtocol): string {
  return [metric, extractor, samples, split, `${imageSize}px`].join('-');
}
