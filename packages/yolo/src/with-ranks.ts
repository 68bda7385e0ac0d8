import type { Communicator } from "@lookonce/distributed";
import { LookonceError } from "@lookonce/errors";

/** How many ranks there are to be, and how long they wait for one another. */
export interface RankOptions {
  ranks?: number;
  rankTimeout?: number;
}

/** Of processes that are ended: where ranks were lost, a launcher may start the training again. */
const exitCodes = { failed: 1, lost: 75 } as const;

/** MPI starts once in a process: what comes later uses the same connection, which ends with the process. */
let connected: Promise<Communicator | undefined> | undefined;

/** Connects a process that `mpirun` or `srun` started as one of several ranks. */
function connect({ rankTimeout: timeout = 600 }: RankOptions): Promise<Communicator | undefined> {
  connected ??= import("@lookonce/distributed").then(async ({ connectIfLaunched }) => {
    const communicator = await connectIfLaunched({ timeout });
    if (communicator !== undefined) process.once("beforeExit", leaveRanks);
    return communicator;
  });
  return connected;
}

/** Ends the connection with the other ranks, where there is one, of a process that is about to end. */
export async function leaveRanks(): Promise<void> {
  const leaving = connected;
  connected = undefined;
  await (await leaving?.catch(() => undefined))?.close();
}

/**
 * Does something with a communicator where `mpirun` or `srun` started this process as one of several ranks, and without one
 * otherwise. What one rank fails at all fail at; a rank that fails where the others cannot know ends them.
 *
 * @param onlyHere receives the sentence of a rank that ends all
 * @throws LookonceError `ARGUMENT` when there are other ranks than asked for; whatever the action throws
 */
export async function withRanks<T>(
  { ranks = 1, ...options }: RankOptions,
  action: (communicator: Communicator | undefined) => Promise<T>,
  onlyHere: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<T> {
  const communicator = await connect(options);
  if (communicator === undefined) {
    if (ranks > 1) throw notLaunched(ranks);
    return action(undefined);
  }
  const { RankLostError } = await import("@lookonce/distributed");
  const { isKnownToAll, Ranks } = await import("@lookonce/trainer");
  const known = new Ranks(communicator);
  try {
    if (ranks > 1 && ranks !== communicator.size) throw otherCount(ranks, communicator.size);
    return await action(communicator);
  } catch (error) {
    const failure = await known.failed(error);
    if (failure instanceof RankLostError) {
      const others = Array.from({ length: communicator.size }, (_, rank) => rank);
      const speaker = others.find((rank) => !failure.ranks.includes(rank));
      if (communicator.rank === speaker) onlyHere(failure.message);
      await communicator.abort(exitCodes.lost);
    } else if (!isKnownToAll(failure)) {
      onlyHere(`rank ${communicator.rank}: ${failure instanceof Error ? failure.message : String(failure)}`);
      await communicator.abort(exitCodes.failed);
    }
    throw failure;
  }
}

function notLaunched(ranks: number): LookonceError {
  return new LookonceError(
    "ARGUMENT",
    `ranks: this program runs once. Start it with mpirun -n ${ranks}, or train with the command: lookonce train ranks=${ranks} …`,
  );
}

function otherCount(asked: number, started: number): LookonceError {
  return new LookonceError("ARGUMENT", `ranks is ${asked}, but ${started} were started: leave ranks out.`);
}
