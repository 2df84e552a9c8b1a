/** The engine `native`: the C++ kernels of `@t2i/backend-native`. */

import { BackendError } from '@t2i/core';
import { activate, type Engine } from '../engine.ts';
import { loadOptional } from '../environment.ts';

const PACKAGE = '@t2i/backend-native';

/** What the package exports; importing it registers the backend `native` where its kernels could be loaded. */
interface NativeModule {
  readonly version?: string;
  nativeStatus(): {
    readonly available: boolean;
    readonly instructionSet?: string | undefined;
    readonly threads?: number | undefined;
    readonly reason?: string | undefined;
  };
}

export const native: Engine = {
  async start(environment) {
    const hint = `Install it: npm install ${PACKAGE}`;
    const { nativeStatus, version } = await loadOptional<NativeModule>(environment, PACKAGE, hint);
    const { available, instructionSet, threads, reason } = nativeStatus();
    if (!available) {
      throw new BackendError(`The kernels of ${PACKAGE} are not available: ${reason ?? 'it does not say why'}.`, {
        hint: `Its README says which platforms have prebuilt kernels and how to compile them.`,
      });
    }
    await activate('native');
    return {
      tfjsName: 'native',
      ...(version !== undefined && { version }),
      ...(threads !== undefined && { threads }),
      ...(instructionSet !== undefined && { instructionSet }),
    };
  },
};
