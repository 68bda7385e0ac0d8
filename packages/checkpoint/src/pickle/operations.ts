import { cost, entryCost } from "../budget.ts";
import type { Cursor } from "./cursor.ts";
import type { PickleMachine } from "./machine.ts";
import { PickledObject, setDictState } from "./values.ts";

const simpleEscapes: Record<string, string> = { "\\": "\\", "'": "'", '"': '"', n: "\n", r: "\r", t: "\t", a: "\x07" };

/** The text of a Python string literal with its quotes, as protocol 0 writes them; `undefined` when it is none. */
function parseStringLiteral(literal: string): string | undefined {
  const match = /^(['"])(.*)\1$/s.exec(literal);
  if (match === null) return undefined;
  return (match[2] as string).replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)/gs, (whole, code: string) => {
    if (code.length === 3 && code.startsWith("x")) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]+$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return simpleEscapes[code] ?? whole;
  });
}

/** Undoes Python's raw-unicode-escape, protocol 0's way to write text. */
function parseRawUnicode(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (whole, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? "", 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** A whole number in decimal, as a `bigint` when a double cannot represent it; `undefined` when the text is none. */
function parseInteger(text: string): number | bigint | undefined {
  if (!/^[+-]?\d{1,2500}$/.test(text)) return undefined;
  return narrow(BigInt(text.startsWith("+") ? text.slice(1) : text));
}

/** A little-endian two's complement number of any length. */
function integerFromBytes(bytes: Uint8Array): number | bigint {
  if (bytes.length === 0) return 0;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  const value = BigInt(`0x${digits.reverse().join("")}`);
  return narrow(BigInt.asIntN(bytes.length * 8, value));
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

type Operation = (machine: PickleMachine, cursor: Cursor) => void;

/** Whole numbers longer than this serve no checkpoint, and their digits need quadratic time. */
const maxIntegerBytes = 1024;

const constants: Record<string, Operation> = {
  N: (m) => m.push(null),
  "\x88": (m) => m.push(true),
  "\x89": (m) => m.push(false),
  I: (m, c) => {
    const line = c.line();
    m.push(line === "00" ? false : line === "01" ? true : known(parseInteger(line), c));
  },
  L: (m, c) => m.push(known(parseInteger(c.line().replace(/L$/, "")), c)),
  F: (m, c) => m.push(Number(c.line())),
  J: (m, c) => m.push(c.i32()),
  K: (m, c) => m.push(c.u8()),
  M: (m, c) => m.push(c.u16()),
  "\x8a": (m, c) => m.push(integerFromBytes(c.bytes(c.u8()))),
  "\x8b": (m, c) => {
    const length = c.u32();
    if (length > maxIntegerBytes) throw c.error(`a whole number of ${length} bytes`);
    m.push(integerFromBytes(c.bytes(length)));
  },
  G: (m, c) => m.push(c.f64()),
  S: (m, c) => m.push(known(parseStringLiteral(c.line()), c)),
  V: (m, c) => m.push(parseRawUnicode(c.line())),
  T: (m, c) => m.push(c.text(c.u32())),
  U: (m, c) => m.push(c.text(c.u8())),
  X: (m, c) => m.push(c.text(c.u32())),
  "\x8c": (m, c) => m.push(c.text(c.u8())),
  "\x8d": (m, c) => m.push(c.text(c.u64())),
  B: (m, c) => m.push(c.bytes(c.u32())),
  C: (m, c) => m.push(c.bytes(c.u8())),
  "\x8e": (m, c) => m.push(c.bytes(c.u64())),
  "\x96": (m, c) => m.push(c.bytes(c.u64())),
};

const containers: Record<string, Operation> = {
  ")": (m) => m.push([], cost.list),
  t: (m) => m.push(m.popMark(), cost.list),
  "\x85": (m) => m.push([m.pop()], cost.list),
  "\x86": (m) => m.push(popMany(m, 2), cost.list),
  "\x87": (m) => m.push(popMany(m, 3), cost.list),
  "]": (m) => m.push([], cost.list),
  l: (m) => m.push(m.popMark(), cost.list),
  a: (m, c) => append([m.pop()], m.top(), c),
  e: (m, c) => append(m.popMark(), m.top(), c),
  "}": (m) => m.push(new Map(), cost.dict),
  d: (m, c) => m.push(setItems(m.popMark(), new Map(), c), cost.dict),
  s: (m, c) => void setItems(popMany(m, 2), m.top(), c),
  u: (m, c) => void setItems(m.popMark(), m.top(), c),
  "\x8f": (m) => m.push(new Set(), cost.dict),
  "\x90": (m, c) => append(m.popMark(), m.top(), c),
  "\x91": (m, c) => {
    const set = new Set();
    append(m.popMark(), set, c);
    m.push(set, cost.dict);
  },
};

const stackAndMemo: Record<string, Operation> = {
  "(": (m) => m.mark(),
  "0": (m) => m.popValueOrMark(),
  "1": (m) => void m.popMark(),
  "2": (m) => m.push(m.top()),
  p: (m, c) => m.memoize(Number(c.line())),
  q: (m, c) => m.memoize(c.u8()),
  r: (m, c) => m.memoize(c.u32()),
  "\x94": (m) => m.memoize(),
  g: (m, c) => m.get(Number(c.line())),
  h: (m, c) => m.get(c.u8()),
  j: (m, c) => m.get(c.u32()),
  "\x80": (_m, c) => {
    const protocol = c.u8();
    if (protocol > 5) throw c.error(`protocol ${protocol} is unknown`);
  },
  // A frame only lets readers of streams know how much to fetch at once.
  "\x95": (_m, c) => void c.u64(),
};

const objects: Record<string, Operation> = {
  c: (m, c) => m.push(m.global(c.line(), c.line())),
  "\x93": (m) => {
    const [module, name] = popMany(m, 2);
    m.push(m.global(module, name));
  },
  R: call,
  "\x81": call,
  "\x92": (m) => {
    const [target, args, keywords] = popMany(m, 3);
    if (Array.isArray(args)) m.charge(args.length * cost.slot);
    m.push(m.call(target, Array.isArray(args) ? [...args, keywords] : args));
  },
  i: (m, c) => {
    const target = m.global(c.line(), c.line());
    m.push(m.call(target, m.popMark()));
  },
  o: (m, c) => {
    const [target, ...args] = m.popMark();
    if (target === undefined) throw c.error("an object without a class");
    m.push(m.call(target, args));
  },
  b: (m, c) => {
    const state = m.pop();
    build(m.top(), state, c);
  },
  P: (m, c) => m.push(m.hooks.persistentLoad(c.line()), cost.object),
  Q: (m) => m.push(m.hooks.persistentLoad(m.pop()), cost.object),
  "\x82": (m, c) => refuseExtension(m, c.u8()),
  "\x83": (m, c) => refuseExtension(m, c.u16()),
  "\x84": (m, c) => refuseExtension(m, c.i32()),
};

/** What each operation code does; STOP and unknown codes have no entry. */
export const operations: ReadonlyMap<number, Operation> = new Map(
  Object.entries({ ...constants, ...containers, ...stackAndMemo, ...objects }).map(([character, operation]) => [
    character.charCodeAt(0),
    operation,
  ]),
);

function known<T>(value: T | undefined, cursor: Cursor): T {
  if (value === undefined) throw cursor.error("a literal cannot be read");
  return value;
}

function call(machine: PickleMachine): void {
  const [target, args] = popMany(machine, 2);
  machine.push(machine.call(target, args));
}

function popMany(machine: PickleMachine, count: number): unknown[] {
  const values = new Array<unknown>(count);
  for (let i = count - 1; i >= 0; i--) values[i] = machine.pop();
  return values;
}

function append(items: unknown[], target: unknown, cursor: Cursor): void {
  if (target instanceof Set) {
    for (const item of items) {
      cursor.budget.charge(entryCost(item, target.size));
      target.add(item);
    }
    return;
  }
  if (target instanceof PickledObject) target.elements ??= [];
  const list = target instanceof PickledObject ? target.elements : target;
  if (!Array.isArray(list)) throw cursor.error("items are appended to something that is no list");
  for (const item of items) list.push(item);
}

function setItems(items: unknown[], target: unknown, cursor: Cursor): Map<unknown, unknown> {
  if (target instanceof PickledObject) target.entries ??= new Map();
  const map = target instanceof PickledObject ? target.entries : target;
  if (!(map instanceof Map)) throw cursor.error("keys are set on something that is no dict");
  if (items.length % 2 !== 0) throw cursor.error("a key without a value");
  for (let i = 0; i < items.length; i += 2) {
    cursor.budget.charge(entryCost(items[i], map.size));
    map.set(items[i], items[i + 1]);
  }
  return map;
}

function build(target: unknown, state: unknown, cursor: Cursor): void {
  cursor.budget.charge(cost.entry);
  if (target instanceof PickledObject) target.state = state;
  else if (target instanceof Map) setDictState(target, state);
  // A tensor with attributes of its own: nobody here reads those.
  else if (typeof target !== "object" || target === null) throw cursor.error("state is set on a plain value");
}

function refuseExtension(machine: PickleMachine, code: number): never {
  throw machine.unsafe(`names extension code ${code}`);
}
