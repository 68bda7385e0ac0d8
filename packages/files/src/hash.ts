import * as crypto from "node:crypto";

export { crc32 } from "node:zlib";

/** A hash that is computed from pieces. */
export interface Hash {
  /** Adds bytes, or a text as UTF-8. */
  update(piece: string | Uint8Array): Hash;
  digest(): Uint8Array;
  digest(encoding: "hex"): string;
}

/** Starts a hash of bytes: SHA-256. */
export function createHash(_algorithm: "sha256"): Hash {
  return crypto.createHash("sha256");
}

/** Starts a hash that only who has the key can compute: HMAC with SHA-256. */
export function createHmac(_algorithm: "sha256", key: Uint8Array): Hash {
  return crypto.createHmac("sha256", key);
}
