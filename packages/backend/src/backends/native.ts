/** The backend `native`: the C++ kernels of `@t2i/backend-native`. */

import { BackendError, type Logger } from '@t2i/core';
import { activate, type Backend } from '../backend.ts';
import { type Environment, loadOptional } from '../environment.ts';

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

/** What `@t2i/backend-native/compile` exports. */
interface CompileModule {
  compileKernels(options: { readonly logger?: Logger | undefined }): Promise<boolean>;
}

export const native: Backend = {
  async start(environment, { compile, logger }) {
    if (compile) await compileFirst(environment, logger);
    const hint = `Install it: npm install ${PACKAGE}`;
    const { nativeStatus, version } = await loadOptional<NativeModule>(environment, PACKAGE, hint);
    const { available, instructionSet, threads, reason } = nativeStatus();
    if (!available) {
      throw new BackendError(`The kernels of ${PACKAGE} are not available: ${reason ?? 'it does not say why'}.`, {
        hint: `Compile them: t2i backend build native, or the option "compile" of selectBackend.`,
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

/** The package may be missing, and a program that was bundled has nothing to compile: what loads the kernels says so. */
async function compileFirst({ importModule }: Environment, logger: Logger | undefined): Promise<void> {
  const found = (await importModule(`${PACKAGE}/compile`).catch(() => undefined)) as CompileModule | undefined;
  await found?.compileKernels({ logger });
}
