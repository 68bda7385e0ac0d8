/** Waits for a promise, unless one of the signals comes before it is looked at; then throws that signal's reason. */
export async function unlessAborted<T>(promise: Promise<T>, signals: readonly AbortSignal[]): Promise<T> {
  for (const signal of signals) signal.throwIfAborted();
  let onAbort: (event: Event) => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = ({ target }) => reject((target as AbortSignal).reason);
  });
  for (const signal of signals) signal.addEventListener("abort", onAbort);
  try {
    const value = await Promise.race([promise, aborted]);
    for (const signal of signals) signal.throwIfAborted();
    return value;
  } finally {
    for (const signal of signals) signal.removeEventListener("abort", onAbort);
  }
}
