import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** What a file's bytes must hash to. */
export interface Checksum {
  algorithm: "sha256" | "md5";
  /** In lower-case hexadecimal. */
  hex: string;
  /** Who says so, for people. */
  from: string;
}

/**
 * The checksum that a server sends with a whole file: `Repr-Digest` (RFC 9530) or `Digest` (RFC 3230) with SHA-256, or the
 * MD5 of `Content-MD5` and of Azure's storage, which serves the files of GitHub's releases.
 */
export function checksumOf(headers: { get(name: string): string | null }, isWhole: boolean): Checksum | undefined {
  const from = "the server";
  const digest = /sha-?256=:?([A-Za-z0-9+/]{43}=)/i.exec(
    headers.get("repr-digest") ?? headers.get("digest") ?? "",
  )?.[1];
  if (digest !== undefined) return { algorithm: "sha256", hex: hexOf(digest), from };
  // Content-MD5 of a part is that of the part; the storage's own header is always that of the whole file
  const md5 = headers.get("x-ms-blob-content-md5") ?? (isWhole ? headers.get("content-md5") : null);
  return md5 !== null && /^[A-Za-z0-9+/]{22}==$/.test(md5) ? { algorithm: "md5", hex: hexOf(md5), from } : undefined;
}

function hexOf(base64: string): string {
  return Buffer.from(base64, "base64").toString("hex");
}

/** The hash of a file's bytes, in hexadecimal. */
export async function hashOf(file: string, algorithm: Checksum["algorithm"]): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
