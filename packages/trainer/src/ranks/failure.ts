import { type ErrorCode, LookonceError } from "@lookonce/errors";

/** An error as it is sent to other ranks. */
export interface Failure {
  /** Of a {@link LookonceError}. */
  code?: ErrorCode;
  message: string;
}

export function describeFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof LookonceError ? { code: error.code, message } : { message };
}

/**
 * The error that all ranks throw when some failed: what all failed at, such as a bad option, as it is; otherwise the first
 * one's, with its rank.
 *
 * @param failures by rank, undefined for ranks that did not fail
 * @param mine this rank's own error, if it failed
 */
export function agreedError(
  failures: readonly (Failure | undefined)[],
  { mine, hosts }: { mine: unknown; hosts: readonly string[] },
): unknown {
  const rank = failures.findIndex((one) => one !== undefined);
  const first = failures[rank] ?? { message: "a rank failed" };
  if (failures.every((one) => one?.message === first.message)) return mine;
  const isOneMachine = hosts.every((host) => host === hosts[0]);
  const message = `rank ${rank} of ${failures.length}${isOneMachine ? "" : ` on ${hosts[rank]}`}: ${first.message}`;
  const { code } = first;
  return code === undefined ? new Error(message, { cause: mine }) : new LookonceError(code, message, { cause: mine });
}
