/** The little of jasmine-core (which ships no types) that the conformance run uses. */

declare module 'jasmine-core' {
  export interface SpecResult {
    readonly fullName: string;
    readonly status: 'passed' | 'failed' | 'pending' | 'excluded';
    readonly failedExpectations: readonly { readonly message: string }[];
  }

  export interface Env {
    configure(options: { forbidDuplicateNames?: boolean; random?: boolean }): void;
    addReporter(reporter: { specDone?(result: SpecResult): void; suiteDone?(result: SpecResult): void }): void;
    execute(): Promise<unknown>;
  }

  const jasmineCore: { boot(): { DEFAULT_TIMEOUT_INTERVAL: number; getEnv(): Env } };
  export default jasmineCore;
}
