import { DivergenceError, float32Tensor } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { assertFiniteState, DivergenceGuard } from './divergence.ts';

describe('DivergenceGuard', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('stops at %d from the first step on, whatever its name', (value) => {
    const check = () => new DivergenceGuard(1000).check(1, { 'score/real': value });
    expect(check).toThrow(DivergenceError);
    expect(check).toThrow(`score/real is ${value} at step 1`);
  });

  const warm = (level: number) => {
    const guard = new DivergenceGuard(1000);
    for (let step = 1; step <= 100; step++) guard.check(step, { 'loss/generator': level, 'score/fake': 0.5 });
    return guard;
  };

  it('stops at a loss above 1000 times the median', () => {
    expect(() => warm(2).check(101, { 'loss/generator': 1999 })).not.toThrow();
    expect(() => warm(2).check(101, { 'loss/generator': 2001 })).toThrow('loss/generator is 2001 at step 101');
  });

  it('allows a loss to recover from near zero', () => {
    expect(() => warm(1e-9).check(101, { 'loss/generator': 8 })).not.toThrow();
  });

  it('waits for a hundred steps, and for losses only', () => {
    const guard = new DivergenceGuard(1000);
    expect(() => guard.check(1, { 'loss/generator': 1e9 })).not.toThrow();
    expect(() => warm(1).check(101, { 'score/fake': 1e9 })).not.toThrow();
  });

  it('continues from its state', () => {
    const guard = new DivergenceGuard(1000);
    guard.load(JSON.parse(JSON.stringify(warm(2).state())));
    expect(() => guard.check(101, { 'loss/generator': 2001 })).toThrow(DivergenceError);
  });
});

it('names the tensor that is not finite', () => {
  const tensors = { a: float32Tensor([1], Float32Array.of(1)), b: float32Tensor([2], Float32Array.of(0, Number.NaN)) };
  expect(() => assertFiniteState(7, { tensors, metadata: {} })).toThrow('b holds a value that is not finite');
  expect(() => assertFiniteState(7, { tensors: { a: tensors.a }, metadata: {} })).not.toThrow();
});
