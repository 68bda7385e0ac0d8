import type { Assignment } from "./assigners/assigner.ts";
import { values } from "./test-device.ts";

/** The numbers of an assignment, whose tensors are disposed. */
export async function readAssignment(assignment: Assignment): Promise<Record<keyof Assignment, number[]>> {
  const names = Object.keys(assignment) as (keyof Assignment)[];
  const entries = await Promise.all(names.map(async (name) => [name, [...(await values(assignment[name]))]]));
  return Object.fromEntries(entries);
}
