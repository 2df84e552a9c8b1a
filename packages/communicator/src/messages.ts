/** What the launcher and the ranks say to each other. */

/** The `workerData` of a rank. */
export interface RankSetup {
  readonly rank: number;
  readonly size: number;
  /** What the launcher was given for all ranks. */
  readonly data: unknown;
}

/** A rank waits for all others in a call. */
export interface Arrival {
  /** The call as a person reads it; all ranks must make the same. */
  readonly call: string;
  /** Bytes that the call needs in each inbox. */
  readonly bytes: number;
}

export type FromRank =
  | { readonly kind: 'arrival'; readonly arrival: Arrival }
  | { readonly kind: 'result'; readonly result: unknown };

/** All ranks have arrived; `memory` where it is larger than before. */
export interface Departure {
  readonly memory?: SharedArrayBuffer;
}
