/**
 * The module with which a queue's worker carries out jobs of a service, its runner as default export: beside this file in a
 * built package. No `worker-address.ts`, as tests run it in their own process.
 */
export const queueProgram: URL = import.meta.url.endsWith(".ts")
  ? new URL("./queue-program.ts", import.meta.url)
  : new URL("./queue-program.js", import.meta.url);
