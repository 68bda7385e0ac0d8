/** A program for the tests. */
export const workerAddress: URL = new URL("./program.ts", import.meta.url);
