import { float } from "@lookonce/onnx";
import type { Lowering } from "../graph/lowering.ts";
import { dimOf, operandsOf, shape4, sizeOf, type Value } from "../graph/value.ts";
import { affineOperands, affinePass, negative, scaledMap } from "./affine.ts";

/** Elements of a map from which on its images go one after the other, so that what is made on the way stays in the cache. */
const large = 2 ** 21;

/**
 * Writes SiLU, z · σ(z), of a large z in blocks that is a map times a number a channel plus a number a channel: image by image,
 * so that z stays in the cache.
 *
 * @returns whether it is one
 */
export function lowerSilu(to: Lowering, output: Value, z: Value): boolean {
  const terms = to.canBlock(output) && sizeOf(output.shape) >= large ? scaledMap(to, z) : undefined;
  if (terms === undefined) return false;
  const channels = dimOf(output, 3);
  const { map, other, ...operands } = affineOperands(to, channels, terms);
  const write = ([x = ""]: readonly string[]): string =>
    to.microsoft("QuickGelu", [affinePass(to, channels, { ...operands, map: x })], { alpha: float(1) });
  to.setBlocked(output, imageByImage(to, output, [to.getBlocked(map)], write));
  return true;
}

/**
 * Writes the gradient of SiLU, dy · σ(z) · (1 + z − y) where y = z · σ(z), for a z in blocks that is a map times a number a
 * channel plus a number a channel: as dy · (1 − q + q · y), where q = σ(−z) is one pass over that map and z is not needed.
 *
 * @returns whether it is one
 */
export function lowerSiluGradient(
  to: Lowering,
  output: Value,
  { a: dy, b: derivative }: { a: Value; b: Value },
): boolean {
  const found = to.canBlock(output) && to.isBlocked(dy) ? siluOf(derivative) : undefined;
  const terms = found === undefined ? undefined : scaledMap(to, found.z);
  if (found === undefined || terms === undefined || !to.isBlocked(found.y)) return false;
  const { z, y, one } = found;
  const channels = dimOf(output, 3);
  const { map, other, ...toShare } = affineOperands(to, channels, negative(terms));
  const ones = {
    products: [{ value: z, factor: one, isNegative: true }],
    maps: [],
    offsets: [{ value: one, isNegative: false }],
  };
  const { filter, offset } = affineOperands(to, channels, ones);
  const write = ([x = "", activated = "", gradient = ""]: readonly string[]): string => {
    const q = affinePass(to, channels, { ...toShare, map: x, activation: "Sigmoid" });
    const added = to.node("Mul", [q, activated]);
    return to.node("Mul", [gradient, affinePass(to, channels, { map: q, filter, offset, added })]);
  };
  const read = [map, y, dy].map((value) => to.getBlocked(value));
  to.setBlocked(output, sizeOf(output.shape) < large ? write(read) : imageByImage(to, output, read, write));
  return true;
}

/** Writes what is computed of each image by itself, of maps of the output's shape in blocks. */
function imageByImage(
  to: Lowering,
  output: Value,
  maps: readonly string[],
  write: (images: readonly string[]) => string,
): string {
  const [n, h, w, c] = shape4(output);
  const shape = [n, 1, c, h, w];
  const sequences = maps.map((name) => ({ name: to.reshape(name, shape), shape }));
  const [images = ""] = to.scan({ made: [[1, c, h, w]] }, sequences, (_, slices) => [write(slices)]);
  return to.reshape(images, [n, c, h, w]);
}

/** The argument and the value of SiLU where this is its derivative, σ(z) · ((z − y) + 1). */
function siluOf(derivative: Value): Record<"z" | "y" | "one", Value> | undefined {
  const [sigmoid, sum] = operands(derivative, "Multiply");
  const [z] = operands(sigmoid, "Sigmoid");
  const [difference, one] = operands(sum, "Add");
  const [argument, y] = operands(difference, "Sub");
  if (z === undefined || y === undefined || one === undefined || argument !== z || one.shape.length > 0)
    return undefined;
  const [factor, share] = operands(y, "Multiply");
  const [shareOf] = operands(share, "Sigmoid");
  return isSame(factor, z) && isSame(shareOf, z) ? { z, y, one } : undefined;
}

function operands(value: Value | undefined, kernel: string): Value[] {
  const { producer } = value ?? {};
  return producer?.kernel === kernel ? operandsOf(producer) : [];
}

/** Whether both are the same value, or computed alike from the same values: one of them may be a copy. */
function isSame(a: Value | undefined, b: Value): boolean {
  if (a === b) return true;
  const [one, other] = [a?.producer, b.producer];
  if (one === undefined || other === undefined || one.signature !== other.signature) return false;
  const read = operandsOf(other);
  return operandsOf(one).every((value, i) => read[i] !== undefined && isSame(value, read[i]));
}
