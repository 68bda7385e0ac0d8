/** The program of the ranks in the tests. */
export const workerAddress: URL = new URL("./rank-program.ts", import.meta.url);
