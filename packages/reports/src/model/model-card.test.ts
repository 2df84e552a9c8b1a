import { describe, expect, it } from 'vitest';
import { evaluation, manifest } from './__fixtures__/published.ts';
import { modelCard } from './model-card.ts';

const card = { manifest, hasSamples: true, seconds: 34_890, evaluation: undefined };

describe('modelCard', () => {
  it('says what the weights are, how they came about, and under what terms', () => {
    const text = modelCard(card);
    expect(text).toContain('`generator.safetensors` (9.50 MB) draws (the moving average of its weights)');
    expect(text).toContain('Epoch 30, step 3300: 211,200 images shown in 9 h 42 min; objective `gan-int-cls`');
    expect(text).toContain('](samples.webp)');
    expect(text).toMatch(/Nilsback .* Reed et al\..* the 20 test classes never/);
    expect(text).toContain('The weights: Apache-2.0.');
    expect(text).toContain('Not measured');
    expect(text).not.toMatch(/undefined|null/);
  });

  it('says what is not known, and shows no image that is not there', () => {
    const facts = { ...manifest.facts, dataset: 'orchids' };
    const text = modelCard({
      ...card,
      manifest: { ...manifest, facts, license: null, precision: 'float32' },
      hasSamples: false,
      seconds: undefined,
    });
    expect(text).toContain('Nobody has said under what terms');
    expect(text).toContain('whose photos and captions it has is not recorded here');
    expect(text).toContain('All weights have 32 bits');
    expect(text).toContain('211,200 images shown; objective');
    expect(text).not.toMatch(/samples\.webp|Nilsback|undefined|null/);
  });

  it('has the figures, and says when they are of other weights', () => {
    const own = modelCard({ ...card, evaluation });
    expect(own).toContain('| frechet-googlenet-200-test-64px | lower | 123.5 |');
    expect(own).not.toContain('not on these weights');
    const earlier = { ...evaluation, run: { ...evaluation.run, epoch: 20, step: 2200 } };
    expect(modelCard({ ...card, evaluation: earlier })).toContain(
      'Measured at step 2200, epoch 20: not on these weights, which are of step 3300.',
    );
  });
});
