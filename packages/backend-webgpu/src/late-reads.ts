/** A tensor may be disposed of while it is read, as on every backend: here the backend would fail to keep the numbers with it. */

export interface Reader {
  readonly tensorMap: { has(dataId: object): boolean };
  convertAndCacheOnCPU(dataId: object, values: unknown): unknown;
}

export function readBeyondDisposal(backend: Reader): void {
  const keep = backend.convertAndCacheOnCPU.bind(backend);
  backend.convertAndCacheOnCPU = (dataId, values) => (backend.tensorMap.has(dataId) ? keep(dataId, values) : values);
}
