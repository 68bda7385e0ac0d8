import type { Communicator } from "@lookonce/distributed";
import { LookonceError } from "@lookonce/errors";
import type { RankOptions } from "./with-ranks.ts";

/** Does something without other ranks: a page has none. @throws LookonceError `UNSUPPORTED` when there are to be several */
export async function withRanks<T>(
  { ranks = 1 }: RankOptions,
  action: (communicator: Communicator | undefined) => Promise<T>,
): Promise<T> {
  if (ranks > 1) throw new LookonceError("UNSUPPORTED", "ranks: a page trains alone. Leave it out, or train in Node.");
  return action(undefined);
}
