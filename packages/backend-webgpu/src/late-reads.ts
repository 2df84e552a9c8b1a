/** A tensor may be disposed of while it is read, as on every backend. The original backend then fails to cache its numbers. */

export interface Reader {
  readonly tensorMap: { has(dataId: object): boolean };
  convertAndCacheOnCPU(dataId: object, values: unknown): unknown;
}

export function readBeyondDisposal(backend: Reader): void {
  const keep = backend.convertAndCacheOnCPU.bind(backend);
  backend.convertAndCacheOnCPU = (dataId, values) => (backend.tensorMap.has(dataId) ? keep(dataId, values) : values);
}
