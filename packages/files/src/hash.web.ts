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

/** As zlib: the checksum of bytes, or of a text in UTF-8, which continues that of what came before. */
export function crc32(data: string | Uint8Array, before = 0): number {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const [t0, t1, t2, t3] = tables() as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  let crc = ~before;
  let i = 0;
  for (const end = bytes.length - 3; i < end; i += 4) {
    const word =
      crc ^
      ((bytes[i] as number) |
        ((bytes[i + 1] as number) << 8) |
        ((bytes[i + 2] as number) << 16) |
        ((bytes[i + 3] as number) << 24));
    crc =
      (t3[word & 255] as number) ^
      (t2[(word >>> 8) & 255] as number) ^
      (t1[(word >>> 16) & 255] as number) ^
      (t0[word >>> 24] as number);
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[i] as number)) & 255] as number);
  return ~crc >>> 0;
}

let made: Uint32Array[] | undefined;

/** What a byte does to the checksum, with none to three bytes after it ("slicing by 4"). */
function tables(): Uint32Array[] {
  if (made !== undefined) return made;
  const first = new Uint32Array(256).map((_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  made = [first];
  for (let k = 0; k < 3; k++)
    made.push((made[k] as Uint32Array).map((crc) => (crc >>> 8) ^ (first[crc & 255] as number)));
  return made;
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
