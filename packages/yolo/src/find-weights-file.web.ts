import { LookonceError } from "@lookonce/errors";
import { nearby } from "./nearby-models.ts";

/** @throws LookonceError `NOT_FOUND` always: pages load what is on their own origin alone */
export async function findWeightsFile(name: string): Promise<{ name: string; file: string }> {
  throw new LookonceError(
    "NOT_FOUND",
    `there is no model ${name}.${nearby(name)} Browsers fetch no published weights: pass the file, or new URL("${name}", location.href) for one that lies beside the page.`,
  );
}

/** Whether weights of this name can be fetched: not in browsers. */
export async function isPublished(_name: string): Promise<boolean> {
  return false;
}
