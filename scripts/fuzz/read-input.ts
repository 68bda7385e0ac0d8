import { LookonceError } from "@lookonce/errors";
import type { Target } from "./target.ts";

/** Reads an input, and returns what was thrown that no reader may throw: anything but a `LookonceError`. */
export async function faultOf({ read }: Target, file: string): Promise<Error | undefined> {
  try {
    await read(file);
    return undefined;
  } catch (error) {
    if (error instanceof LookonceError) return undefined;
    return error instanceof Error ? error : new Error(String(error));
  }
}
