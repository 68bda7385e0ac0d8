import type { Random } from "@lookonce/random";
import type { Mutate } from "../target.ts";

/** Numbers at which counts, lengths and offsets go wrong. */
const numbers = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];

/** The largest input that is made. */
export const maxBytes = 400_000;

/** Joins parts, at most {@link maxBytes} of them. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  const kept = parts.filter((part) => {
    length += part.length;
    return length - part.length < maxBytes;
  });
  return Buffer.concat(kept, Math.min(length, maxBytes));
}

/** A piece of the bytes: mostly short, sometimes all that is left. */
function piece(bytes: Uint8Array, random: Random): { start: number; end: number } {
  const start = random.integer(0, bytes.length + 1);
  const longest = random.chance(0.9) ? Math.min(64, bytes.length - start) : bytes.length - start;
  return { start, end: start + random.integer(0, longest + 1) };
}

function withNumber(bytes: Uint8Array, random: Random): Uint8Array {
  const width = random.choice([1, 2, 4, 8]);
  if (bytes.length < width) return bytes;
  const changed = Buffer.from(bytes);
  const at = random.integer(0, bytes.length - width + 1);
  const number = BigInt(random.choice(numbers)) * (random.chance(0.2) ? -1n : 1n);
  const wrapped = BigInt.asUintN(8 * width, number);
  for (let i = 0; i < width; i++) changed[at + i] = Number((wrapped >> BigInt(8 * i)) & 255n);
  // Half of the formats have the highest byte first
  if (random.chance(0.5)) changed.subarray(at, at + width).reverse();
  return changed;
}

function withByte(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return bytes;
  const changed = Uint8Array.from(bytes);
  const at = random.integer(0, bytes.length);
  changed[at] = random.chance(0.5) ? random.integer(0, 256) : (changed[at] ?? 0) ^ (1 << random.integer(0, 8));
  return changed;
}

const edits: readonly Mutate[] = [
  withByte,
  withByte,
  withNumber,
  withNumber,
  function remove(bytes, random) {
    const { start, end } = piece(bytes, random);
    return join([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  function insert(bytes, random) {
    const at = random.integer(0, bytes.length + 1);
    const noise = Uint8Array.from({ length: random.integer(1, 17) }, () => random.integer(0, 256));
    return join([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  },
  function repeat(bytes, random) {
    const { start, end } = piece(bytes, random);
    const copies = Array<Uint8Array>(random.choice([1, 2, 10, 1000])).fill(bytes.subarray(start, end));
    return join([bytes.subarray(0, end), ...copies, bytes.subarray(end)]);
  },
  function copyOver(bytes, random) {
    const { start, end } = piece(bytes, random);
    const changed = Uint8Array.from(bytes);
    changed.copyWithin(random.integer(0, bytes.length + 1), start, end);
    return changed;
  },
  function cutOff(bytes, random) {
    return bytes.slice(0, random.integer(0, bytes.length + 1));
  },
];

/** Changes bytes in one place. */
export const mutateBytes: Mutate = (bytes, random) => random.choice(edits)(bytes, random);

/** Changes the first bytes, where headers are, in half of the cases, and any otherwise. */
export const mutateHeader: Mutate = (bytes, random) => {
  if (random.chance(0.5)) return mutateBytes(bytes, random);
  const length = random.choice([16, 64, 256]);
  return join([mutateBytes(bytes.slice(0, length), random), bytes.subarray(length)]);
};

/** Mixes ways of changing an input: the first in most cases, and any of the others. */
export function mix(most: Mutate, ...others: readonly Mutate[]): Mutate {
  return (bytes, random) => (random.chance(0.7) ? most : random.choice(others))(bytes, random);
}
