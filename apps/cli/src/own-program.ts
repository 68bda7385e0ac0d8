/** The program that this process runs, and its arguments before the command: to start the same again. */
export function ownProgram(): [string, ...string[]] {
  return [process.execPath, ...process.execArgv, ...process.argv.slice(1, 2)];
}
