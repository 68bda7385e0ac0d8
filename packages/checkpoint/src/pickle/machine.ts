import { LookonceError } from "@lookonce/errors";
import { cost, entryCost } from "../budget.ts";
import type { Cursor } from "./cursor.ts";
import { PickledGlobal, PickledObject, record } from "./values.ts";

/** What a pickle may ask of its reader. */
export interface PickleHooks {
  /** The global's stand-in, or `undefined` when a file may not name it. */
  findGlobal(module: string, name: string): PickledGlobal | undefined;
  /** The object outside of the pickle that a persistent id means. */
  persistentLoad(id: unknown): unknown;
}

/** More than any real checkpoint contains, and little enough to stay in memory. */
const maxDepth = 1_000_000;

/** The stack machine that a pickle is a program for (Python 3.13, `pickletools` describes it). */
export class PickleMachine {
  readonly cursor: Cursor;
  readonly hooks: PickleHooks;
  readonly #globals = new Map<string, PickledGlobal>();
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];
  readonly #memo: unknown[] = [];
  #remembered = 0;

  constructor(cursor: Cursor, hooks: PickleHooks) {
    this.cursor = cursor;
    this.hooks = hooks;
  }

  /** @param bytes what the value needs besides its place on the stack, when it is new */
  push(value: unknown, bytes = 0): void {
    this.charge(cost.slot + bytes);
    if (this.#stack.length >= maxDepth) throw this.cursor.error(`more than ${maxDepth} values on the stack`);
    this.#stack.push(value);
  }

  charge(bytes: number): void {
    this.cursor.budget.charge(bytes);
  }

  pop(): unknown {
    this.#need();
    return this.#stack.pop();
  }

  top(): unknown {
    this.#need();
    return this.#stack[this.#stack.length - 1];
  }

  mark(): void {
    if (this.#marks.length >= maxDepth) throw this.cursor.error(`more than ${maxDepth} marks on the stack`);
    this.charge(8);
    this.#marks.push(this.#stack.length);
  }

  /** Everything pushed since the last mark, which goes with it. */
  popMark(): unknown[] {
    const start = this.#marks.pop();
    if (start === undefined) throw this.cursor.error("a mark is missing");
    return this.#stack.splice(start);
  }

  /** Python's POP removes a value, or the mark when nothing lies above it. */
  popValueOrMark(): void {
    if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
    else this.pop();
  }

  /** Remembers the topmost value under a number; without one, under how many are remembered already. */
  memoize(index: number = this.#remembered): void {
    if (!Number.isSafeInteger(index) || index < 0) throw this.cursor.error("a bad memo index");
    if (index >= maxDepth) throw this.cursor.error(`more than ${maxDepth} remembered values`);
    this.charge(cost.slot);
    if (this.#memo[index] === undefined) this.#remembered++;
    this.#memo[index] = this.top();
  }

  get(index: number): void {
    const value = this.#memo[index];
    if (value === undefined) throw this.cursor.error(`nothing was remembered as ${index}`);
    this.push(value);
  }

  /** The stand-in of a global that files may name; any other is an `UNSAFE` error. */
  global(module: unknown, name: unknown): PickledGlobal {
    if (typeof module !== "string" || typeof name !== "string") throw this.cursor.error("a global's name is no text");
    const key = `${module}\n${name}`;
    let found = this.#globals.get(key);
    if (found === undefined) {
      found = this.hooks.findGlobal(module, name);
      if (found === undefined) throw this.unsafe(`names ${printable(`${module}.${name}`)}`);
      this.#globals.set(key, found);
    }
    return found;
  }

  /** Stands in for a call: only what {@link global} returned can be called. */
  call(target: unknown, args: unknown): unknown {
    if (target instanceof PickledGlobal) {
      if (!Array.isArray(args)) throw this.cursor.error(`${printable(target.path)} is called with no tuple`);
      this.charge(cost.object);
      if (target.construct !== record) for (const arg of args) this.charge(cost.slot + copyCost(arg));
      return target.construct(args, target);
    }
    const what = target instanceof PickledObject ? `the result of ${printable(target.path)}` : "a plain value";
    throw this.unsafe(`calls ${what}`);
  }

  /** An `UNSAFE` error: the file asks for something outside of what model files need. */
  unsafe(what: string): LookonceError {
    return new LookonceError(
      "UNSAFE",
      `${this.cursor.name}: its pickle ${what}, which is not among the things a model file needs, so it may run code when opened with PyTorch. Nothing was run; do not use this file unless you trust where it comes from. A model of classes of your own is read from its state_dict()`,
    );
  }

  #need(): void {
    // A value below the last mark does not belong to the operation that asks.
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.cursor.error("a value is missing on the stack");
  }
}

/** What the stand-in of a function needs when it copies an argument: `list(…)`, `dict(…)`, `encode(…)`. */
function copyCost(value: unknown): number {
  if (typeof value === "string") return 2 * value.length;
  const size = Array.isArray(value) ? value.length : value instanceof Map || value instanceof Set ? value.size : 0;
  return size * entryCost(undefined, size / 2);
}

function printable(text: string): string {
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names come from untrusted files and go to terminals
  return short.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");
}
