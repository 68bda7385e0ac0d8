/**
 * The program of a worker's processes: beside this file in a built package; the source where sources run as they are (Node
 * 22.18). The tests replace this module by a bundle's address (see vitest.config.ts).
 */
export const workerAddress: URL = import.meta.url.endsWith(".ts")
  ? new URL("./job-process.ts", import.meta.url)
  : new URL("./job-process.js", import.meta.url);
