/**
 * The program of the workers: beside this file in a built package. Sources that run as they are, which Node can do from
 * version 22.18 on, use the source; the tests replace this module by a bundle's address (see vitest.config.ts).
 */
export const workerAddress: URL = import.meta.url.endsWith(".ts")
  ? new URL("./detection-worker.ts", import.meta.url)
  : new URL("./detection-worker.js", import.meta.url);
