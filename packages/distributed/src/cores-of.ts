import { availableParallelism, cpus } from "node:os";
import type { Communicator } from "./communicator.ts";

/** Processor cores for a rank: those that what started it bound it to, otherwise its share of the machine's. */
export function coresOf(
  { rank, hosts }: Pick<Communicator, "rank" | "hosts">,
  { available = availableParallelism(), all = cpus().length }: { available?: number; all?: number } = {},
): number {
  if (available < all) return available;
  return Math.max(1, Math.floor(available / hosts.filter((host) => host === hosts[rank]).length));
}
