import { LookonceError } from "@lookonce/errors";

/** A tab is started by a person: it is one rank. */
export async function connectIfLaunched(): Promise<undefined> {
  return undefined;
}

/** Nothing that starts ranks starts a tab. */
export function launchedBy(): undefined {
  return undefined;
}

/** Processor cores for the one rank. */
export function coresOf(): number {
  return navigator.hardwareConcurrency;
}

function refuse(): never {
  throw new LookonceError("UNSUPPORTED", "several ranks train in Node: in a browser, pass no communicator.");
}

export const agree: () => never = refuse;
export const serialize: () => never = refuse;
export const deserialize: () => never = refuse;
