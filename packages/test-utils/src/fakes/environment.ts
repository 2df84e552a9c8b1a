/** An environment with a given set of installed packages. */

import type { Environment, ImportModule } from '@t2i/backend-utils';

/**
 * The default is Linux without a graphics card.
 * @param modules the result of importing each name; an `Error` is thrown
 */
export function fakeEnvironment(
  modules: Readonly<Record<string, unknown>> = {},
  { variables = {}, isNode = true, deviceFiles = async () => [] }: Partial<Environment> = {},
): Environment & { readonly importModule: ImportModule } {
  return {
    variables,
    isNode,
    deviceFiles,
    async importModule(name) {
      const module = modules[name] ?? (isNode && name === 'node:util' ? { default: {} } : undefined);
      if (module instanceof Error) throw module;
      if (module !== undefined) return module;
      const message = `Cannot find package '${name}' imported from /somewhere/index.js`;
      throw Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
    },
  };
}
