import { LookonceError } from "@lookonce/errors";
import { fromScaledHalf, halfScale, largestMagnitude, sumHalves, toScaledHalf } from "../half-sum.ts";
import type { CollectiveJob, ReduceJob } from "./jobs.ts";
import type { MpiLibrary, Parts, Request } from "./library.ts";

/** A collective in steps: it yields what must have completed before it goes on. */
export type Collective = Generator<Request, Uint8Array[] | Uint8Array | undefined, void>;

/** MPI counts in 32 bits. */
const maxBytes = 2 ** 31 - 1;

/** The steps of a job. */
export function collective(mpi: MpiLibrary, job: CollectiveJob): Collective {
  switch (job.kind) {
    case "allReduce":
      return reduce(mpi, job);
    case "allGather":
      return gather(mpi, job.bytes);
    case "broadcast":
      return broadcast(mpi, job.bytes, job.root);
    case "barrier":
      return barrier(mpi);
  }
}

function* reduce(mpi: MpiLibrary, { data, op, half }: ReduceJob): Collective {
  if (half && data instanceof Float32Array) return yield* sumInHalf(mpi, data);
  yield mpi.allReduce(data, op);
  return undefined;
}

/**
 * The sum in half precision: every rank gets its share of all ranks' halves, adds them in single precision, and sends the
 * sum to all. It moves half of the bytes that a sum in single precision moves, whatever the number of ranks, and the sum is
 * rounded once.
 */
function* sumInHalf(mpi: MpiLibrary, data: Float32Array): Collective {
  const largest = Float32Array.of(largestMagnitude(data));
  yield mpi.allReduce(largest, "max");
  const scale = halfScale(largest[0] as number, mpi.size);
  const own = toScaledHalf(data, scale);
  const share = Math.ceil(own.length / mpi.size);
  const shareOf = (rank: number): number => Math.max(0, Math.min(share, own.length - rank * share));
  const length = shareOf(mpi.rank);
  const shares = new Uint16Array(length * mpi.size);
  const sent = parts(own, mpi.size, (rank) => 2 * shareOf(rank));
  yield mpi.allToAll(
    sent,
    parts(shares, mpi.size, () => 2 * length),
  );
  const sum = sumHalves(
    Array.from({ length: mpi.size }, (_, rank) => shares.subarray(rank * length, (rank + 1) * length)),
  );
  // `own` was sent, and has the place of every share
  yield mpi.allGather(new Uint8Array(sum.buffer, 0, 2 * length), sent.bytes, sent.counts, sent.offsets);
  data.set(fromScaledHalf(own, scale));
  return undefined;
}

function* gather(mpi: MpiLibrary, bytes: Uint8Array): Collective {
  const lengths = new Float64Array(mpi.size);
  lengths[mpi.rank] = bytes.length;
  yield mpi.allReduce(lengths, "sum");
  const total = lengths.reduce((sum, length) => sum + length, 0);
  assertCountable(total);
  const all = parts(new Uint8Array(total), mpi.size, (rank) => lengths[rank] as number);
  yield mpi.allGather(bytes, all.bytes, all.counts, all.offsets);
  return Array.from(all.offsets, (offset, rank) => all.bytes.slice(offset, offset + (all.counts[rank] as number)));
}

function* broadcast(mpi: MpiLibrary, bytes: Uint8Array | undefined, root: number): Collective {
  const length = Float64Array.of(mpi.rank === root ? (bytes?.length ?? -1) : Number.NEGATIVE_INFINITY);
  yield mpi.allReduce(length, "max");
  const count = length[0] as number;
  if (count < 0) throw new LookonceError("ARGUMENT", `rank ${root} broadcasts nothing`);
  assertCountable(count);
  const all = mpi.rank === root && bytes !== undefined ? bytes : new Uint8Array(count);
  yield mpi.broadcast(all, root);
  return all;
}

function* barrier(mpi: MpiLibrary): Collective {
  yield mpi.barrier();
  return undefined;
}

/** Consecutive bytes, `countOf(r)` of them for rank r. */
function parts(data: Uint8Array | Uint16Array, size: number, countOf: (rank: number) => number): Parts {
  const counts = Int32Array.from({ length: size }, (_, rank) => countOf(rank));
  const offsets = new Int32Array(size);
  for (let rank = 1; rank < size; rank++) {
    offsets[rank] = (offsets[rank - 1] as number) + (counts[rank - 1] as number);
  }
  return { bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), counts, offsets };
}

function assertCountable(bytes: number): void {
  if (bytes > maxBytes)
    throw new LookonceError("UNSUPPORTED", `ranks exchange at most 2 GiB at once, not ${bytes} bytes`);
}
