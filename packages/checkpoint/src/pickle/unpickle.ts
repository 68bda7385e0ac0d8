import { Budget } from "../budget.ts";
import { Cursor } from "./cursor.ts";
import { type PickleHooks, PickleMachine } from "./machine.ts";
import { operations } from "./operations.ts";

const stop = ".".charCodeAt(0);

/**
 * Reads one pickle of protocol 0 to 5 without running anything: classes and functions are only names that
 * `hooks.findGlobal` must know, and what they would build is what their stand-in builds.
 *
 * None is `null`; numbers are numbers (`bigint` beyond 2^53); str, bytes, list and tuple, dict, set are string,
 * `Uint8Array` (a view), array, `Map`, `Set`; objects are what the hooks make of them.
 *
 * @param budget what its values may use, where several pickles share it
 * @returns the value, and how many bytes the pickle took
 * @throws LookonceError `FORMAT` for damaged data and for more values than a model has, `UNSAFE` for a global that files may not name
 */
export function unpickle(
  bytes: Uint8Array,
  hooks: PickleHooks,
  name: string,
  budget: Budget = new Budget(name, bytes.length),
): { value: unknown; length: number } {
  const cursor = new Cursor(bytes, name, budget);
  const machine = new PickleMachine(cursor, hooks);
  for (;;) {
    const code = cursor.u8();
    if (code === stop) return { value: machine.pop(), length: cursor.position };
    const operation = operations.get(code);
    if (operation === undefined) throw cursor.error(`unknown operation ${code}`);
    operation(machine, cursor);
  }
}
