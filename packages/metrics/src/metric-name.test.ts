import { expect, it } from 'vitest';
import { metricName } from './metric-name.ts';

it('metricName says what was measured, by what, on how many, of which classes, at which size', () => {
  const protocol = { metric: 'frechet', extractor: 'googlenet', samples: 1155, split: 'test', imageSize: 64 };
  expect(metricName(protocol)).toBe('frechet-googlenet-1155-test-64px');
});
