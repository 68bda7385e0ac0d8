/** Told, in one line, of what a run has to do without. */
export type OnNotice = (line: string) => void;

/** A warning of the process. */
export const warn: OnNotice = (line) => process.emitWarning(line);

/** Does something that a run can do without: a failure is a notice, not an error. */
export async function attempt(what: string, task: () => Promise<unknown>, onNotice: OnNotice): Promise<void> {
  try {
    await task();
  } catch (error) {
    onNotice(`${what} is missing: ${error instanceof Error ? error.message : String(error)}`);
  }
}
