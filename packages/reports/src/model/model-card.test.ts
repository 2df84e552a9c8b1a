import { describe, expect, it } from 'vitest';
import { evaluation, manifest } from './__fixtures__/published.ts';
import { modelCard } from './model-card.ts';

const card = { manifest, hasSamples: true, seconds: 34_890, evaluation: undefined };

describe('modelCard', () => {
  it('describes the weights, their training and their licence', () => {
    const text = modelCard(card);
    expect(text).toContain('`generator.safetensors` (9.50 MB) generates images (with averaged weights)');
    expect(text).toContain('Epoch 30, step 3300: 211,200 images shown in 9 h 42 min; objective `gan-int-cls`');
    expect(text).toContain('](samples.webp)');
    expect(text).toMatch(/Nilsback .* Reed et al\..* never the 20 test classes/);
    expect(text).toContain('The weights: Apache-2.0.');
    expect(text).toContain('Not measured');
    expect(text).not.toMatch(/undefined|null/);
  });

  it('tells what is unknown, and refers to no missing image', () => {
    const facts = { ...manifest.facts, dataset: 'orchids' };
    const text = modelCard({
      ...card,
      manifest: { ...manifest, facts, license: null, precision: 'float32' },
      hasSamples: false,
      seconds: undefined,
    });
    expect(text).toContain('No terms of use are stated');
    expect(text).toContain('The source of its photos and captions is not recorded');
    expect(text).toContain('All weights have 32 bits');
    expect(text).toContain('211,200 images shown; objective');
    expect(text).not.toMatch(/samples\.webp|Nilsback|undefined|null/);
  });

  it('contains the metrics, and tells when they are of other weights', () => {
    const own = modelCard({ ...card, evaluation });
    expect(own).toContain('| frechet-googlenet-200-test-64px | lower | 123.5 |');
    expect(own).not.toContain('not on these weights');
    const earlier = { ...evaluation, run: { ...evaluation.run, epoch: 20, step: 2200 } };
    expect(modelCard({ ...card, evaluation: earlier })).toContain(
      'Measured at step 2200, epoch 20, not on these weights of step 3300.',
    );
  });
});
