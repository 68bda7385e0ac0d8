import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { LookonceError } from "@lookonce/errors";

/** Shorter keys could be guessed from their hash. */
const leastLength = 16;

/** A new key of 256 random bits. */
export function makeKey(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * An API key of which only the SHA-256 hash is stored. Keys are long and random, so that a slow hash, which short passwords
 * need, would only slow requests down.
 */
export class ApiKey {
  readonly #hash: Buffer;

  /**
   * @param key the key itself, or `sha256:` and its hash in hex
   * @throws LookonceError `ARGUMENT` for a key of fewer than 16 characters, or a hash that is none
   */
  constructor(key: string) {
    const [, hash] = /^sha256:(.*)$/is.exec(key) ?? [];
    if (hash !== undefined && !/^[0-9a-f]{64}$/i.test(hash)) {
      throw new LookonceError("ARGUMENT", "the API key's hash must be sha256: and 64 hexadecimal digits.");
    }
    if (hash === undefined && key.length < leastLength) {
      const message = `the API key must have at least ${leastLength} characters; a good one is ${makeKey()}`;
      throw new LookonceError("ARGUMENT", message);
    }
    this.#hash = hash === undefined ? hashOf(key) : Buffer.from(hash, "hex");
  }

  /** Whether a request's `Authorization` carries the key. Its duration reveals nothing of the key. */
  opens(authorization: string | undefined): boolean {
    const [, given] = /^Bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
    return given !== undefined && timingSafeEqual(hashOf(given), this.#hash);
  }
}

function hashOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
