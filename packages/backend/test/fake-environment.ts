/** An environment in which only the packages named are installed. */

import type { Environment } from '../src/environment.ts';

/** `modules`: what importing each name gives; an `Error` is thrown instead. By default it is a Linux without graphics card. */
export function fakeEnvironment(
  modules: Readonly<Record<string, unknown>> = {},
  { variables = {}, isNode = true, deviceFiles = async () => [] }: Partial<Environment> = {},
): Environment {
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
