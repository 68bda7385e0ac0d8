import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LookonceError } from "@lookonce/errors";
import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { readCheckpoint } from "./read-checkpoint.ts";
import { encodeSafetensors } from "./safetensors/encode.ts";
import { archive, errorOf } from "./test-pickles.ts";
import { openTorchArchive } from "./torch/archive.ts";

const file = (name: string): Uint8Array => readFileSync(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)));

/** A copy with one to four bytes changed: a bit flipped, or another value. */
function damage(bytes: Uint8Array, rng: Random): Uint8Array {
  const copy = new Uint8Array(bytes);
  for (let n = rng.integer(1, 5); n > 0; n--) {
    const at = rng.integer(0, copy.length);
    copy[at] = rng.chance(0.5) ? (copy[at] as number) ^ (1 << rng.integer(0, 8)) : rng.integer(0, 256);
  }
  return copy;
}

/** Reads damaged copies; returns how many were still accepted. Anything thrown must be a LookonceError. */
function survive(make: (rng: Random) => Uint8Array, rounds: number, seed: string): number {
  let accepted = 0;
  for (let round = 0; round < rounds; round++) {
    const bytes = make(new Random(seed).fork(round));
    const error = errorOf(() => readCheckpoint(bytes, { name: "fuzz.pt" }));
    if (error === undefined) accepted++;
    else if (!(error instanceof LookonceError)) throw new Error(`round ${round} of ${seed}`, { cause: error });
  }
  return accepted;
}

describe("damaged bytes", () => {
  it.each(["odd-tensors.pt", "odd-tensors-protocol-5.pt", "module.pt", "legacy.pt"])("anywhere in %s", (name) => {
    const bytes = file(name);
    const accepted = survive((rng) => damage(bytes, rng), 600, name);
    // Some damage lies in the numbers, which no reader can know; some must be noticed.
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(600);
  });

  it.each(["odd-tensors.pt", "odd-tensors-protocol-5.pt", "module.pt"])("in the pickle of %s", (name) => {
    const { pickle, data } = openTorchArchive(file(name), name);
    const storages = Object.fromEntries([...data].map(([key, entry]) => [key, entry.read()]));
    const accepted = survive((rng) => archive(damage(pickle, rng), storages), 600, `pickle ${name}`);
    expect(accepted).toBeLessThan(600);
  });

  it("of a pickle made of random operations", () => {
    const operations = Buffer.from(
      "(.012FIJKLMNPQRSTUVXabcdeghijlopqrstu}])\x80\x81\x85\x86\x87\x88\x89\x8a\x8c\x8f\x90\x91\x93\x94",
      "latin1",
    );
    const random = (rng: Random): Uint8Array =>
      Uint8Array.from({ length: 40 }, () =>
        rng.chance(0.8) ? (operations[rng.integer(0, operations.length)] as number) : rng.integer(0, 12),
      );
    expect(survive((rng) => archive(random(rng)), 2000, "operations")).toBe(0);
  });

  it("in a safetensors file", () => {
    const tensors = new Map([
      ["a", { shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) }],
      ["b", { shape: [], data: new BigInt64Array([5n]) }],
    ]);
    const bytes = encodeSafetensors(tensors, { names: '["x"]', nc: "1" });
    const accepted = survive((rng) => damage(bytes, rng), 2000, "safetensors");
    expect(accepted).toBeLessThan(2000);
  });
});
