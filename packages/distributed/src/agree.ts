import { createHash } from "node:crypto";
import { LookonceError, show } from "@lookonce/errors";
import type { Communicator } from "./communicator.ts";

/** Ranks that a message lists for one value; of more it has the number. */
const maxListed = 4;

/** Facts of a rank as JSON, by name, sorted. */
type Facts = [name: string, json: string][];

/**
 * Compares facts that must be the same on all ranks, such as settings and the data set's digest; so must Node's version.
 *
 * @param facts names in words, with values that JSON can represent; the keys of objects are compared one by one
 * @throws {LookonceError} `ARGUMENT`, on every rank, that names the first fact that differs, the ranks and their machines
 */
export async function agree(
  communicator: Pick<Communicator, "allGather" | "hosts">,
  facts: Readonly<Record<string, unknown>>,
): Promise<void> {
  // Numbers are encoded by Node's version
  const all = { "the version of Node.js": process.versions.node.split(".", 1)[0], ...facts };
  const own: Facts = Object.entries(all)
    .flatMap(([name, value]) => flatten(name, value))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify(own);
  const digests = await communicator.allGather(createHash("sha256").update(text).digest());
  if (digests.every((digest) => Buffer.compare(digest, digests[0] as Uint8Array) === 0)) return;
  const texts = await communicator.allGather(new TextEncoder().encode(text));
  const known = texts.map((bytes) => new Map(JSON.parse(new TextDecoder().decode(bytes)) as Facts));
  throw new LookonceError("ARGUMENT", difference(known, communicator.hosts));
}

/** A value by name, or one for each key of objects within. */
function flatten(name: string, value: unknown): Facts {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value === undefined ? [] : [[name, JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, inner]) => flatten(`${name} ${key}`, inner));
}

/** The sentence for the first fact that differs. */
function difference(all: readonly ReadonlyMap<string, string>[], hosts: readonly string[]): string {
  const names = [...new Set(all.flatMap((facts) => [...facts.keys()]))];
  const isDifferent = (name: string): boolean => all.some((facts) => facts.get(name) !== all[0]?.get(name));
  const [first = "", ...others] = names.filter(isDifferent);
  const ranksOf = new Map<string | undefined, string[]>();
  for (const [rank, facts] of all.entries()) {
    const json = facts.get(first);
    ranksOf.set(json, [...(ranksOf.get(json) ?? []), `rank ${rank} (${hosts[rank]})`]);
  }
  const parts = [...ranksOf].map(([json, ranks]) => {
    const listed = ranks.slice(0, maxListed).join(", ");
    const more = ranks.length > maxListed ? ` and ${ranks.length - maxListed} more` : "";
    return `${json === undefined ? "not set" : show(JSON.parse(json))} on ${listed}${more}`;
  });
  const further = others.length === 0 ? "" : `; ${others.slice(0, maxListed).join(", ")} differ too`;
  return `the ranks of a training must agree, but ${first} is ${parts.join(", and ")}${further}`;
}
