import { LookonceError } from "@lookonce/errors";
import type { KeypointSpec } from "./labels.ts";

/** More than any data set has: whole faces and hands have some hundred. */
const maxKeypoints = 1000;

/**
 * Reads `kpt_shape`, `flip_idx` and `kpt_names` of a data set file.
 *
 * @returns nothing without `kpt_shape`
 * @throws LookonceError `DATA` that names the key, for a shape other than `[count, 2 or 3]`, a `flip_idx` that is no permutation
 * of the keypoints, and names of another number
 */
export function keypointSpecOf(content: Readonly<Record<string, unknown>>, file: string): KeypointSpec | undefined {
  const { kpt_shape: shape, flip_idx: flip, kpt_names: names } = content;
  if (shape === undefined || shape === null) return undefined;
  const fault = (what: string): LookonceError => new LookonceError("DATA", `${file}: ${what}.`);
  const [count, dimensions] = Array.isArray(shape) && shape.length === 2 ? shape : [];
  if (!(Number.isInteger(count) && count >= 1 && count <= maxKeypoints && (dimensions === 2 || dimensions === 3))) {
    const wanted = "[number of keypoints, 2 (x, y) or 3 (x, y, visibility)], such as [17, 3]";
    throw fault(`kpt_shape must be ${wanted}; not ${JSON.stringify(shape)}`);
  }
  const spec: KeypointSpec = { shape: [count, dimensions] };
  if (flip !== undefined && flip !== null) {
    const reason = permutationFault(flip, count);
    if (reason !== undefined) {
      throw fault(
        `flip_idx must list each of the keypoints 0 to ${count - 1} once, the ones that replace them in a mirrored image; ${reason}`,
      );
    }
    spec.flip = flip as number[];
  }
  if (names !== undefined && names !== null) {
    const list = namesOf(names);
    if (list?.length !== count) {
      throw fault(
        `kpt_names must be a list of ${count} names, as kpt_shape says; not ${JSON.stringify(names)?.slice(0, 80)}`,
      );
    }
    spec.names = list;
  }
  return spec;
}

/** Why a value does not list every number from 0 once. */
function permutationFault(value: unknown, count: number): string | undefined {
  if (!Array.isArray(value)) return `it is ${JSON.stringify(value)?.slice(0, 80)}`;
  if (value.length !== count) return `it has ${value.length} numbers, kpt_shape says ${count}`;
  const strange = value.find((index) => !(Number.isInteger(index) && index >= 0 && index < count));
  if (strange !== undefined) return `it has ${JSON.stringify(strange)?.slice(0, 80)}`;
  const twice = value.find((index, i) => value.indexOf(index) !== i);
  return twice === undefined ? undefined : `it has ${twice} twice`;
}

/** A list of names, or, as YOLOv8 has it, a table whose class 0 has the list for all classes. */
function namesOf(value: unknown): string[] | undefined {
  if (Array.isArray(value)) return value.every(isName) ? value.map(String) : undefined;
  return typeof value === "object" && value !== null ? namesOf(Object.values(value)[0]) : undefined;
}

function isName(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number";
}
