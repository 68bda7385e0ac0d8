/** Warns of something that is wrong and ends nothing: by a warning of the process, in browsers in the console. */
export function warn(line: string): void {
  process.emitWarning(line);
}
