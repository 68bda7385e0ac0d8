/** How a machine's processor cores are shared out. */
export interface Lanes {
  /** Worker threads. */
  workers: number;
  /** Threads that the network in each of them uses. */
  threads: number;
}

/** More threads than this gain nothing that is worth their memory: each holds the network and its working memory. */
const mostLanes = 8;

/** Most bytes that all copies of the network may take up. */
const modelBudget = 2 ** 30;

/**
 * How many workers run a network side by side, and with how many threads each.
 *
 * One image a core is faster than all cores on one image: threads of one operator wait for each other. So there is a
 * worker a core, fewer where the network is large, and the rest of the cores are shared among them.
 */
export function lanesFor({ cores, modelBytes, wanted }: { cores: number; modelBytes: number; wanted?: number }): Lanes {
  const affordable = Math.max(1, Math.floor(modelBudget / Math.max(1, modelBytes)));
  const workers = wanted ?? Math.max(1, Math.min(cores, mostLanes, affordable));
  return { workers, threads: Math.max(1, Math.floor(cores / workers)) };
}
