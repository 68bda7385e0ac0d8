import { setTimeout as sleep } from "node:timers/promises";
import { processTree } from "./processes.mjs";
import { readMetric } from "./start-service.mjs";

/**
 * Watches a service until `stop()`: `memory` is the resident MiB of all its processes every second, `health` and `ready` what it
 * answered to `/healthz` and `/readyz`, `longest` the longest queue that was seen. Times are `performance.now()`. Linux only.
 */
export function watchService(url, pid) {
  const seen = { memory: [], health: [], ready: [], longest: 0 };
  let isOver = false;

  async function repeat(ms, action) {
    while (!isOver) {
      await Promise.all([action(), sleep(ms)]);
    }
  }
  async function probe(path, answers) {
    const at = performance.now();
    const answer = await fetch(`${url}${path}`).catch((error) => ({
      status: 0,
      text: async () => String(error.cause ?? error),
    }));
    const text = await answer.text();
    answers.push({ at, ms: performance.now() - at, status: answer.status, text });
  }
  const loops = [
    repeat(200, async () => {
      // Whether it answers at all is what the others find
      const length = await readMetric(url, "lookonce_queue_length").catch(() => 0);
      seen.longest = Math.max(seen.longest, length);
    }),
    repeat(1000, async () => {
      const bytes = (processTree(pid) ?? []).reduce((sum, process) => sum + process.bytes, 0);
      seen.memory.push({ at: performance.now(), all: bytes / 1024 / 1024 });
    }),
    repeat(1000, () => probe("/healthz", seen.health)),
    repeat(1000, () => probe("/readyz", seen.ready)),
  ];
  return {
    seen,
    async stop() {
      isOver = true;
      await Promise.all(loops);
    },
  };
}
