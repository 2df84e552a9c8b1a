import { expect, it } from 'vitest';
import { metricName } from './metric-name.ts';

it('metricName states metric, extractor, samples, split and image size', () => {
  const protocol = { metric: 'frechet', extractor: 'googlenet', samples: 1155, split: 'test', imageSize: 64 };
  expect(metricName(protocol)).toBe('frechet-googlenet-1155-test-64px');
});
