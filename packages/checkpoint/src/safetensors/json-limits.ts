import type { Limits } from "@lookonce/documents";

/**
 * The format's own limit for headers; enough values for 100,000 tensors, and few enough for the parser to stay below 200 MB
 * whatever they are.
 */
export const jsonLimits: Limits = { characters: 100_000_000, values: 2_000_000, depth: 64 };
