/** Warns of something that is wrong and ends nothing, in the console. */
export function warn(line: string): void {
  console.warn(line);
}
