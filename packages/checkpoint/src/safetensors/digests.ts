import { parseJsonValue } from "@lookonce/documents";
import { LookonceError } from "@lookonce/errors";
import { crc32 } from "@lookonce/files";
import { jsonLimits } from "./json-limits.ts";

/** The key of `__metadata__` under which this package's own files keep a digest of every tensor, as JSON. */
const key = "crc32";
/** No tensor's name: the digest of the rest of the metadata. */
const rest = "__metadata__";

/** What a digest is made of: a change of a tensor's name, type or shape is one of the tensor. */
export interface DigestedTensor {
  name: string;
  dtype: string;
  shape: readonly number[];
  bytes: Uint8Array;
}

type Metadata = Readonly<Record<string, string>>;

/** The metadata, with the digests of all tensors and of itself in place of what it had under their key. */
export function withDigests(tensors: readonly DigestedTensor[], metadata: Metadata): Record<string, string> {
  const { [key]: _replaced, ...others } = metadata;
  return { ...others, [key]: JSON.stringify(Object.fromEntries(digests(tensors, others))) };
}

/**
 * Compares a file's tensors and metadata with the digests in it; files of other programs have none.
 *
 * @returns the metadata without digests
 * @throws LookonceError `FORMAT`, naming the file and the tensor, when they differ
 */
export function checkDigests(tensors: readonly DigestedTensor[], metadata: Metadata, file: string): Metadata {
  const { [key]: text, ...others } = metadata;
  if (text === undefined) return metadata;
  const stored = parse(text, file);
  const actual = digests(tensors, others);
  for (const name of new Set([...stored.keys(), ...actual.keys()])) {
    if (stored.get(name) === actual.get(name)) continue;
    const what = name === rest ? "its metadata" : `tensor ${JSON.stringify(name.slice(0, 200))}`;
    throw damaged(file, `${what} does not match the digest that was written with it`);
  }
  return others;
}

function digests(tensors: readonly DigestedTensor[], metadata: Metadata): Map<string, string> {
  const all = new Map([[rest, crc32(JSON.stringify(metadata))]]);
  for (const { name, dtype, shape, bytes } of tensors) {
    const start = crc32(JSON.stringify([dtype, shape]));
    // Of no bytes, zlib returns the start or 0, depending on where they lie in memory
    all.set(name, bytes.length === 0 ? start : crc32(bytes, start));
  }
  return new Map([...all].map(([name, digest]) => [name, digest.toString(16).padStart(8, "0")]));
}

function parse(text: string, file: string): Map<string, unknown> {
  const digests = parseJsonValue(text, { name: `${file}: metadata key "${key}"`, limits: jsonLimits });
  return new Map(Object.entries(digests ?? {}));
}

function damaged(file: string, why: string): LookonceError {
  return new LookonceError(
    "FORMAT",
    `${file}: ${why}; the file is damaged: use a copy of it or an earlier checkpoint. If a program changed it on purpose, let that program drop "${key}" from the metadata`,
  );
}
