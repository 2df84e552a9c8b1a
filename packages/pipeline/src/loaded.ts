/** A model with the state of a checkpoint. */

import type { StateDict } from '@t2i/core';

interface Loadable {
  load(state: StateDict): Promise<void>;
  dispose(): void;
}

/** Loads `state` into `model`; disposes of the model when the state does not fit. */
export async function loaded<Model extends Loadable>(model: Model, state: StateDict): Promise<Model> {
  try {
    await model.load(state);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}
