/** A program for the tests. */
export const workerAddress: URL = new URL("./writer.ts", import.meta.url);
