/** The backend `native`: the C++ kernels of `@t2i/backend-native`. */

import { activate, type BackendFacts, type Environment, type ImportModule, loadOptional } from '@t2i/backend-utils';
import { BackendError, type Logger } from '@t2i/core';
import { importHere } from '../import-here.ts';

const PACKAGE = '@t2i/backend-native';

/** The exports of the package. Importing it registers the backend `native` if its kernels could be loaded. */
interface NativeModule {
  readonly version?: string;
  nativeStatus(): {
    readonly available: boolean;
    readonly instructionSet?: string | undefined;
    readonly threads?: number | undefined;
    readonly reason?: string | undefined;
  };
}

/** The exports of `@t2i/backend-native/compile`. */
interface CompileModule {
  compileKernels(options: { readonly logger?: Logger | undefined }): Promise<boolean>;
}

export interface NativeOptions {
  /**
   * Whether `native` compiles its kernels first, if they are missing and a C++17 compiler is installed. This takes about 25 seconds, once.
   * Worth it before training; default false, so that generating an image does not wait for it.
   */
  readonly compile?: boolean;
  /** Receives a line about each thing that takes long. */
  readonly logger?: Logger;
}

export async function startNative({ compile, logger }: NativeOptions, environment: Environment): Promise<BackendFacts> {
  const importModule = environment.importModule ?? importHere;
  if (compile) await compileFirst(importModule, logger);
  const hint = `Install it: npm install ${PACKAGE}`;
  const { nativeStatus, version } = await loadOptional<NativeModule>(importModule, PACKAGE, hint);
  const { available, instructionSet, threads, reason } = nativeStatus();
  if (!available) {
    throw new BackendError(`The kernels of ${PACKAGE} are not available: ${reason ?? 'no reason given'}.`, {
      hint: `Compile them: t2i backend build native, or selectBackend({ compile: true }).`,
    });
  }
  await activate('native');
  return {
    tfjsName: 'native',
    ...(version !== undefined && { version }),
    ...(threads !== undefined && { threads }),
    ...(instructionSet !== undefined && { instructionSet }),
  };
}

/** If the package is missing, or cannot compile because it is part of a bundle, loading the kernels reports it afterwards. */
async function compileFirst(importModule: ImportModule, logger: Logger | undefined): Promise<void> {
  const found = (await importModule(`${PACKAGE}/compile`).catch(() => undefined)) as CompileModule | undefined;
  await found?.compileKernels({ logger });
}
