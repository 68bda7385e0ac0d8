/**
 * The program of jobs: beside this file in a built package. Sources that run as they are, which Node can do from version
 * 22.18 on, use the source; the tests replace this module by a bundle's address (see vitest.config.ts).
 */
export const workerAddress: URL = import.meta.url.endsWith(".ts")
  ? new URL("./job-worker.ts", import.meta.url)
  : new URL("./job-worker.js", import.meta.url);
