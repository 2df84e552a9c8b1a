/** What everything that learns keeps to. */

import { CheckpointError, Rng, type StateDict, type Trainable } from '@t2i/core';
import { describe, expect, it } from 'vitest';

const learningRate = 1e-3;

export interface TrainableContract<Batch, Learner extends Trainable<Batch> & { dispose(): void }> {
  /** A new learner. All of them have one configuration and the same weights, from which a step can learn. */
  readonly open: () => Learner | Promise<Learner>;
  /** A minibatch for it: another one for each seed. */
  readonly batchFor: (learner: Learner, seed: number) => Batch;
  /** How many tensors there are, where the learner holds tensors. */
  readonly countTensors?: (() => number) | undefined;
}

const copyOf = ({ tensors, metadata }: StateDict): StateDict => ({
  tensors: Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() } as typeof tensor]),
  ),
  metadata,
});

/** Registers the tests. */
export function testTrainable<Batch, Learner extends Trainable<Batch> & { dispose(): void }>(
  name: string,
  { open, batchFor, countTensors }: TrainableContract<Batch, Learner>,
): void {
  const trained = async (steps: number) => {
    const model = await open();
    const rng = new Rng(7);
    for (let i = 0; i < steps; i++) await model.step(batchFor(model, i), { learningRate, rng });
    return { model, rng };
  };

  describe(`${name} as a Trainable`, () => {
    it('reports finite figures under the same names in every step, and learns', async () => {
      const { model, rng } = await trained(0);
      const before = copyOf(await model.state());
      const first = await model.step(batchFor(model, 0), { learningRate, rng });
      const second = await model.step(batchFor(model, 1), { learningRate, rng });
      expect(Object.keys(first).length).toBeGreaterThan(0);
      expect(Object.keys(second)).toEqual(Object.keys(first));
      expect(Object.values({ ...first, ...second }).every(Number.isFinite)).toBe(true);
      expect((await model.state()).tensors).not.toEqual(before.tensors);
      model.dispose();
    });

    it('continues bit for bit from a state, which later steps leave alone', async () => {
      const { model, rng } = await trained(2);
      const state = await model.state();
      const [kept, position] = [copyOf(state), rng.getState()];
      const expected = await model.step(batchFor(model, 9), { learningRate, rng });
      expect(state).toEqual(kept);

      const other = await open();
      await other.load(state);
      const continued = new Rng(1);
      continued.setState(position);
      expect(await other.step(batchFor(other, 9), { learningRate, rng: continued })).toEqual(expected);
      expect((await other.state()).tensors).toEqual((await model.state()).tensors);
      for (const each of [model, other]) each.dispose();
    });

    it('refuses a state that does not fit by the name of a tensor, and changes nothing', async () => {
      const { model } = await trained(1);
      const good = copyOf(await model.state());
      const [[first, tensor], ...others] = Object.entries(good.tensors) as [[string, StateDict['tensors'][string]]];
      const states: Record<string, StateDict['tensors']> = {
        missing: Object.fromEntries(others),
        unknown: { ...good.tensors, 'no/such/tensor': tensor },
        shape: { ...good.tensors, [first]: { ...tensor, shape: [...tensor.shape, 2] } as typeof tensor },
      };
      for (const [kind, tensors] of Object.entries(states)) {
        const refused = await model.load({ ...good, tensors }).catch((error: unknown) => error);
        expect(CheckpointError.isInstance(refused), kind).toBe(true);
        expect(String(refused)).toContain(kind === 'unknown' ? 'no/such/tensor' : first);
      }
      expect((await model.state()).tensors).toEqual(good.tensors);
      model.dispose();
    });

    it('applies the gradients that an exchange gives back, network by network', async () => {
      const [{ model: alone, rng }, { model: exchanging, rng: sameRng }] = [await trained(1), await trained(1)];
      const lengths: number[][] = [];
      const exchange = async (gradients: readonly Float32Array[]) => {
        lengths.push(gradients.map(({ length }) => length));
      };
      const expected = await alone.step(batchFor(alone, 5), { learningRate, rng });
      const options = { learningRate, rng: sameRng, exchange };
      expect(await exchanging.step(batchFor(exchanging, 5), options)).toEqual(expected);
      expect((await exchanging.state()).tensors).toEqual((await alone.state()).tensors);
      expect(lengths.length).toBeGreaterThan(0);
      expect(lengths.flat().every((length) => length > 0)).toBe(true);

      await alone.step(batchFor(alone, 6), { learningRate, rng });
      const silence = async (gradients: readonly Float32Array[]) => gradients.forEach((values) => void values.fill(0));
      await exchanging.step(batchFor(exchanging, 6), { ...options, exchange: silence });
      expect((await exchanging.state()).tensors).not.toEqual((await alone.state()).tensors);
      for (const each of [alone, exchanging]) each.dispose();
    });

    it('has a configuration that survives JSON', async () => {
      const model = await open();
      expect(JSON.parse(JSON.stringify(model.config))).toEqual(model.config);
      model.dispose();
    });

    it.runIf(countTensors)('leaves no tensors behind, not even after an exchange that fails', async () => {
      const before = countTensors!();
      const { model, rng } = await trained(1);
      const opened = countTensors!();
      await model.step(batchFor(model, 1), { learningRate, rng });
      const failure = async () => Promise.reject(new Error('the exchange failed'));
      const failing = model.step(batchFor(model, 2), { learningRate, rng, exchange: failure });
      await expect(failing).rejects.toThrow('the exchange failed');
      expect(countTensors!()).toBe(opened);
      model.dispose();
      expect(countTensors!()).toBe(before);
    });
  });
}
