// A rank of the tests: does what its first argument says, and prints what it found as one line of JSON.
import { writeSync } from "node:fs";
import { type Communicator, connectMpi, RankLostError } from "../src/index.ts";

const [scenario = "", timeout = "5"] = process.argv.slice(2);

/** In one piece, so that lines of several ranks do not mix. */
function report(value: object): void {
  writeSync(1, `${JSON.stringify(value)}\n`);
}

const scenarios: Record<string, (ranks: Communicator) => Promise<object>> = {
  collectives,
  many,
  lost,
  endless,
  leave,
  die,
  abort,
};

async function collectives(ranks: Communicator): Promise<object> {
  const { rank, size } = ranks;
  const length = 3001;
  const sum = Float32Array.from({ length }, (_, i) => i * 0.25 + rank);
  const precise = Float64Array.of(rank + 1e-12, 2 ** 40);
  const max = Float32Array.of(rank, -rank);
  const min = Float64Array.of(rank, -rank);
  const half = Float32Array.from({ length }, (_, i) => (i - 1500) * 1e4 + rank);
  // All at once: buckets of gradients are
  const [, , , , , all, empty, one] = await Promise.all([
    ranks.allReduce(sum),
    ranks.allReduce(precise),
    ranks.allReduce(max, { op: "max" }),
    ranks.allReduce(min, { op: "min" }),
    ranks.allReduce(half, { half: true }),
    ranks.allGather(new Uint8Array(3 * rank).fill(rank)),
    ranks.allGather(new Uint8Array(0)),
    ranks.broadcast(rank === size - 1 ? new Uint8Array(100_000).fill(7) : undefined, size - 1),
  ]);
  await ranks.barrier();
  const total = (size * (size - 1)) / 2;
  const halfError = Math.max(...half.map((value, i) => Math.abs(value - ((i - 1500) * 1e4 * size + total))));
  return {
    rank,
    size,
    hosts: ranks.hosts.length,
    sum: sum.every((value, i) => value === i * 0.25 * size + total),
    precise: [...precise],
    max: [...max],
    min: [...min],
    halfError,
    halfBits: half.reduce((hash, value) => (Math.imul(hash, 31) + (value | 0)) | 0, 0),
    all: all.map((bytes) => [...bytes]),
    empty: empty.map(({ length: bytes }) => bytes),
    broadcast: one.length === 100_000 && one.every((value) => value === 7),
    waited: ranks.seconds > 0,
  };
}

/** Many small and large sums, some of them while this thread computes. */
async function many(ranks: Communicator): Promise<object> {
  let isRight = true;
  for (let round = 0; round < 100; round++) {
    const buckets = [5, 70_000, 300].map((length) => new Float32Array(length).fill(ranks.rank + round));
    const sums = buckets.map((bucket) => ranks.allReduce(bucket, { half: round % 10 === 0 }));
    if (round % 20 === ranks.rank) compute(0.05);
    await Promise.all(sums);
    const expected = (ranks.size * (ranks.size - 1)) / 2 + ranks.size * round;
    isRight &&= buckets.every((bucket) => bucket.every((value) => Math.abs(value - expected) <= expected * 1e-3));
  }
  return { isRight };
}

/** Rank 1 hangs: its thread computes for ever, or it is stopped; which one is the third argument. */
async function lost(ranks: Communicator): Promise<object> {
  await ranks.barrier();
  if (ranks.rank === 1) {
    if (process.argv[4] === "stopped") process.kill(process.pid, "SIGSTOP");
    else compute(60);
  }
  return failure(() => ranks.allReduce(new Float32Array(10)));
}

/** Sums until a rank is lost. */
async function endless(ranks: Communicator): Promise<object> {
  return failure(async () => {
    for (;;) {
      await ranks.allReduce(new Float32Array(1000));
      compute(0.02);
    }
  });
}

/** Rank 1 ends as if all were done. */
async function leave(ranks: Communicator): Promise<object> {
  if (ranks.rank !== 1) return failure(() => ranks.barrier());
  await ranks.close().catch(() => {});
  return {};
}

async function die(ranks: Communicator): Promise<object> {
  await ranks.barrier();
  if (ranks.rank === 1) process.kill(process.pid, "SIGKILL");
  await ranks.barrier();
  return { survived: true };
}

async function abort(ranks: Communicator): Promise<object> {
  await ranks.barrier();
  if (ranks.rank === 1) await ranks.abort(42);
  await ranks.barrier();
  return { survived: true };
}

async function failure(work: () => Promise<void>): Promise<object> {
  const started = performance.now();
  const error: unknown = await work().then(
    () => undefined,
    (e: unknown) => e,
  );
  const seconds = (performance.now() - started) / 1000;
  if (!(error instanceof RankLostError)) return { error: String(error) };
  return { message: error.message, ranks: error.ranks, seconds };
}

function compute(seconds: number): void {
  const started = performance.now();
  while (performance.now() - started < seconds * 1000);
}

try {
  const ranks = await connectMpi({ timeout: Number(timeout) });
  const result = await scenarios[scenario]?.(ranks);
  report(result ?? { error: `no scenario ${scenario}` });
  if (result !== undefined && "message" in result) await ranks.abort(75);
  await Promise.all([ranks.close(), ranks.close()]);
  await ranks.close();
} catch (error) {
  report({ error: (error as Error).message });
  process.exitCode = 1;
}
