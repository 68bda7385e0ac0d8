/**
 * The program of the processes: beside this file in a built package. Sources that run as they are, which Node can do from
 * version 22.18 on, use the source; the tests replace this module by a bundle's address (see vitest.config.ts).
 */
export const workerAddress: URL = import.meta.url.endsWith(".ts")
  ? new URL("./inference-process.ts", import.meta.url)
  : new URL("./inference-process.js", import.meta.url);
