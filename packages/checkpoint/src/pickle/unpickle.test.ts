import { LookonceError } from "@lookonce/errors";
import { describe, expect, it } from "vitest";
import { call, dict, errorOf, global, int, object, op, pickle, str, tuple } from "../test-pickles.ts";
import { unpickle } from "./unpickle.ts";
import { PickledGlobal, PickledObject } from "./values.ts";

const hooks = {
  findGlobal: (module: string, name: string) => (module === "m" ? new PickledGlobal(module, name) : undefined),
  persistentLoad: (id: unknown) => ({ id }),
};
const read = (bytes: Uint8Array): unknown => unpickle(bytes, hooks, "test.pkl").value;
const readText = (source: string): unknown => read(new Uint8Array(Buffer.from(source, "latin1")));

describe("values", () => {
  it.each<[string, unknown]>([
    ["N.", null],
    ["\x88.", true],
    ["I01\n.", true],
    ["I00\n.", false],
    ["I-42\n.", -42],
    ["L12345678901234567890L\n.", 12345678901234567890n],
    ["F1.5\n.", 1.5],
    ["J\xff\xff\xff\xff.", -1],
    ["K\xff.", 255],
    ["M\x01\x02.", 513],
    ["\x8a\x00.", 0],
    ["\x8a\x02\x00\xff.", -256],
    ["\x8b\x02\x00\x00\x00\x00\x01.", 256],
    ["G?\xf8\x00\x00\x00\x00\x00\x00.", 1.5],
    ["S'a\\n\\x41\\'\\101'\n.", "a\nA'A"],
    ["Va\\u00e9\\U0001f600\n.", "aé😀"],
    ["T\x02\x00\x00\x00hi.", "hi"],
    ["U\x02hi.", "hi"],
    ["X\x02\x00\x00\x00\xc3\xa9.", "é"],
    ["\x8c\x02hi.", "hi"],
    ["\x8d\x02\x00\x00\x00\x00\x00\x00\x00hi.", "hi"],
    ["C\x02\x01\x02.", new Uint8Array([1, 2])],
    ["B\x02\x00\x00\x00\x01\x02.", new Uint8Array([1, 2])],
    ["\x8e\x01\x00\x00\x00\x00\x00\x00\x00\x07.", new Uint8Array([7])],
    ["\x96\x01\x00\x00\x00\x00\x00\x00\x00\x07.", new Uint8Array([7])],
    ["(K\x01K\x02t.", [1, 2]],
    ["K\x01\x85.", [1]],
    ["K\x01K\x02K\x03\x87.", [1, 2, 3]],
    ["](K\x01K\x02e.", [1, 2]],
    ["(K\x01l.", [1]],
    ["]K\x01a.", [1]],
    ["(K\x01K\x02d.", new Map([[1, 2]])],
    ["}K\x01K\x02s.", new Map([[1, 2]])],
    ["\x8f(K\x01K\x01\x90.", new Set([1])],
    ["(K\x01\x91.", new Set([1])],
    ["K\x01K\x02(K\x031" + "0.", 1],
    ["K\x01(0.", 1],
    ["K\x012\x86.", [1, 1]],
    ["K\x07p5\n0g5\n.", 7],
    ["K\x07r\x00\x01\x00\x000j\x00\x01\x00\x00.", 7],
    // Protocol 4: a frame, and values remembered in order.
    ["\x80\x04\x95\x08\x00\x00\x00\x00\x00\x00\x00\x8c\x01a\x94h\x00\x86.", ["a", "a"]],
    ["P7\n.", { id: "7" }],
  ])("reads %j", (source, expected) => {
    expect(readText(source)).toEqual(expected);
  });

  it("returns where the pickle ends", () => {
    expect(unpickle(new Uint8Array([...pickle(int(5)), 1, 2, 3]), hooks, "x").length).toBe(8);
  });
});

describe("objects", () => {
  const point = { module: "m", name: "Point", args: [1, 2] };
  const type = global("m", "Point");
  it.each<[string, Uint8Array]>([
    ["REDUCE", pickle(call(type, int(1), int(2)))],
    ["NEWOBJ", pickle(type, tuple(int(1), int(2)), op("\x81"))],
    ["STACK_GLOBAL", pickle(str("m"), str("Point"), op("\x93"), tuple(int(1), int(2)), op("R"))],
    ["INST", pickle(op("("), int(1), int(2), op("i"), [...Buffer.from("m\nPoint\n")])],
    ["OBJ", pickle(op("("), type, int(1), int(2), op("o"))],
  ])("makes a record of %s", (_name, bytes) => {
    const value = read(bytes);
    expect(value).toBeInstanceOf(PickledObject);
    expect(value).toMatchObject(point);
  });

  it("keeps keywords, state, dict items and list items", () => {
    const keywords = read(pickle(global("m", "A"), tuple(int(1)), dict({ k: int(2) }), op("\x92"))) as PickledObject;
    expect(keywords.args).toEqual([1, new Map([["k", 2]])]);
    const built = read(pickle(object(global("m", "A"), { x: int(3) }))) as PickledObject;
    expect(built.attribute("x")).toBe(3);
    const slots = read(pickle(global("m", "A"), op(")\x81"), tuple(op("N"), dict({ x: int(4) })), op("b")));
    expect((slots as PickledObject).attribute("x")).toBe(4);
    const items = read(pickle(global("m", "D"), op(")\x81"), str("k"), int(1), op("s"), int(9), op("a")));
    expect(items).toMatchObject({ entries: new Map([["k", 1]]), elements: [9] });
  });
});

describe("what is refused", () => {
  const unsafe = (...parts: number[][]): LookonceError => {
    const error = errorOf(() => read(pickle(...parts)));
    expect(error).toBeInstanceOf(LookonceError);
    expect((error as LookonceError).code).toBe("UNSAFE");
    return error as LookonceError;
  };

  it("names every global that is not known, however it is asked for", () => {
    expect(unsafe(call(global("posix", "system"), str("id"))).message).toContain("posix.system");
    expect(unsafe(str("os"), str("system"), op("\x93")).message).toContain("os.system");
    expect(unsafe(op("("), str("id"), op("i"), [...Buffer.from("os\nsystem\n")]).message).toContain("os.system");
    expect(unsafe(op("("), global("subprocess", "Popen"), str("id"), op("o")).message).toContain("subprocess.Popen");
    expect(unsafe(global("builtins", "eval"), tuple(str("1")), op("\x81")).message).toContain("test.pkl: ");
  });

  it("calls nothing but known globals, and no extension codes", () => {
    expect(unsafe(call(call(global("m", "getattr")), int(1))).message).toContain("the result of m.getattr");
    expect(unsafe(call(str("eval"), int(1))).message).toContain("calls a plain value");
    expect(unsafe(op("\x82\x05")).message).toContain("extension code 5");
  });

  it("shows names on one line", () => {
    expect(unsafe(str("a\u001b[31m\nb"), str("x".repeat(500)), op("\x93")).message).toMatch(/a\?\[31m\?b\.x+…/);
  });

  it.each<[string, string]>([
    ["an unknown operation", "\xff."],
    ["protocol 6", "\x80\x06N."],
    ["an empty stack", "0."],
    ["a value from below the mark", "K\x01(\x85."],
    ["a missing mark", "K\x01t."],
    ["memo that was never filled", "h\x09."],
    ["a bad memo index", "K\x01p-1\n."],
    ["a list with keys", "]K\x01K\x02s."],
    ["a dict with items", "}K\x01a."],
    ["an odd number of keys and values", "}(K\x01u."],
    ["a bad number", "Ix\n."],
    ["a bad literal", "Sabc\n."],
    ["state of a number", "K\x01}b."],
    ["a call with no tuple", "cm\nA\nK\x01R."],
    ["a huge length", "\x8e\xff\xff\xff\xff\xff\xff\xff\xffx."],
    ["a huge whole number", `\x8b\x01\x10\x00\x00${"\x01".repeat(4097)}.`],
    ["no end", "N"],
    ["a line without its end", "I12"],
    ["nothing", ""],
  ])("finds %s", (_what, source) => {
    const error = errorOf(() => readText(source));
    expect(error).toBeInstanceOf(LookonceError);
    expect(error).toMatchObject({ code: "FORMAT", message: expect.stringContaining("test.pkl: ") });
  });

  it("stops at a stack, marks or memo that only an attack would fill", () => {
    for (const bytes of [
      new Uint8Array(1_100_000).fill(0x4e),
      new Uint8Array(1_100_000).fill(0x28),
      new Uint8Array(1_100_000).fill(0x94).fill(0x4e, 0, 1),
    ]) {
      expect(errorOf(() => read(bytes))).toMatchObject({ code: "FORMAT", message: expect.stringContaining("1000000") });
    }
  });
});
