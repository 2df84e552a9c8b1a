/** Ctrl-C as an `AbortSignal`: the first asks the work to stop, the second kills the process. */

/** Runs `work`; on the first SIGINT or SIGTERM calls `announce` and aborts the signal. */
export async function withInterrupt<T>(announce: () => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const interrupt = () => {
    announce();
    abort.abort();
    stopListening();
  };
  const stopListening = () => process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await work(abort.signal);
  } finally {
    stopListening();
  }
}
