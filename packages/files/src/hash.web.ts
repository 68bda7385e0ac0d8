import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Hash } from "./hash.ts";

/** As in Node, with the same digests. */
export function createHash(_algorithm: "sha256"): Hash {
  return new NobleHash(sha256.create());
}

/** As in Node, with the same digests. */
export function createHmac(_algorithm: "sha256", key: Uint8Array): Hash {
  return new NobleHash(hmac.create(sha256, key));
}

/** What hashes of the library have in common. */
interface Incremental {
  update(piece: Uint8Array): unknown;
  digest(): Uint8Array;
}

class NobleHash implements Hash {
  readonly #hash: Incremental;

  constructor(hash: Incremental) {
    this.#hash = hash;
  }

  update(piece: string | Uint8Array): this {
    this.#hash.update(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
    return this;
  }

  digest(): Uint8Array;
  digest(encoding: "hex"): string;
  digest(encoding?: "hex"): Uint8Array | string {
    const bytes = this.#hash.digest();
    if (encoding === undefined) return bytes;
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
