import { LookonceError } from "@lookonce/errors";
import { concatBytes } from "@lookonce/files";

/** A value of Python's that a pickle can contain. Arrays become lists, objects and maps dicts; {@link PickleWriter.tuple} a tuple. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | readonly PickleValue[]
  | { readonly [key: string]: PickleValue }
  | ReadonlyMap<string, PickleValue>
  | ((writer: PickleWriter) => void);

/** Characters of the operations of pickle protocol 2 (Python's pickletools). */
const code = {
  protocol: 0x80,
  stop: 0x2e,
  mark: 0x28,
  none: 0x4e,
  true: 0x88,
  false: 0x89,
  byte: 0x4b,
  short: 0x4d,
  int: 0x4a,
  long: 0x8a,
  float: 0x47,
  text: 0x58,
  list: 0x5d,
  appends: 0x65,
  dict: 0x7d,
  items: 0x75,
  emptyTuple: 0x29,
  tuple: 0x74,
  global: 0x63,
  call: 0x52,
  build: 0x62,
  persistent: 0x51,
} as const;

/** Writes values as Python's pickle protocol 2, which every Python since 2.3 reads. */
export class PickleWriter {
  readonly #parts: Uint8Array[] = [Uint8Array.of(code.protocol, 2)];

  /** All bytes, with the end. */
  finish(): Uint8Array {
    this.#write(code.stop);
    return concatBytes(this.#parts);
  }

  /** @throws LookonceError `ARGUMENT` for a value that Python has no plain form of */
  value(value: PickleValue): void {
    if (typeof value === "function") value(this);
    else if (value === null) this.#write(code.none);
    else if (typeof value === "boolean") this.#write(value ? code.true : code.false);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "string") this.#text(value);
    else if (Array.isArray(value)) this.#list(value);
    else if (typeof value === "object") this.dict(value instanceof Map ? value : Object.entries(value));
    else throw new LookonceError("ARGUMENT", `a ${typeof value} cannot be written into a pickle`);
  }

  /** A dict, or the items of the one that was just made. */
  dict(entries: Iterable<readonly [string, PickleValue]>): void {
    this.#write(code.dict);
    this.items(entries);
  }

  /** Sets items of the dict that was written last. */
  items(entries: Iterable<readonly [string, PickleValue]>): void {
    this.#write(code.mark);
    for (const [key, value] of entries) {
      this.#text(key);
      this.value(value);
    }
    this.#write(code.items);
  }

  tuple(...values: readonly PickleValue[]): void {
    if (values.length > 0) this.#write(code.mark);
    for (const value of values) this.value(value);
    this.#write(values.length > 0 ? code.tuple : code.emptyTuple);
  }

  /** A class or function by its name. */
  global(module: string, name: string): void {
    this.#write(code.global, ...new TextEncoder().encode(`${module}\n${name}\n`));
  }

  /** The result of a function of that name. */
  call(module: string, name: string, ...values: readonly PickleValue[]): void {
    this.global(module, name);
    this.tuple(...values);
    this.#write(code.call);
  }

  /** Attributes of the object that was written last. */
  attributes(entries: Iterable<readonly [string, PickleValue]>): void {
    this.dict(entries);
    this.#write(code.build);
  }

  /** Something outside of the pickle, by whatever its reader knows it. */
  persistent(...id: readonly PickleValue[]): void {
    this.tuple(...id);
    this.#write(code.persistent);
  }

  #list(values: readonly PickleValue[]): void {
    this.#write(code.list, code.mark);
    for (const value of values) this.value(value);
    this.#write(code.appends);
  }

  #text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    const { length } = bytes;
    this.#write(code.text, length & 255, (length >> 8) & 255, (length >> 16) & 255, length >>> 24);
    this.#parts.push(bytes);
  }

  #number(value: number): void {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      // The only big-endian number of the format.
      view.setFloat64(0, value);
      this.#write(code.float, ...bytes);
    } else if (value >= 0 && value < 2 ** 8) this.#write(code.byte, value);
    else if (value >= 0 && value < 2 ** 16) this.#write(code.short, value & 255, value >> 8);
    else {
      view.setBigInt64(0, BigInt(value), true);
      const isInt = value >= -(2 ** 31) && value < 2 ** 31;
      this.#write(...(isInt ? [code.int, ...bytes.subarray(0, 4)] : [code.long, 8, ...bytes]));
    }
  }

  #write(...bytes: number[]): void {
    this.#parts.push(Uint8Array.from(bytes));
  }
}
