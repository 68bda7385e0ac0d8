import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { afterAll, describe, expect, it } from "vitest";
import {
  checkBudget,
  defaultLimits,
  lineOf,
  parseJson,
  parseJsonValue,
  parseYaml,
  readYaml,
  readYamlSync,
} from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "lookonce-documents-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options = { name: "data.yaml", expected: "keys such as path: and names:" };

/** Nine lines that stand for 10⁹ texts. */
const bomb = Array.from({ length: 9 }, (_, i) => {
  const items = Array(10).fill(i === 0 ? "lol" : `*a${i - 1}`);
  return `a${i}: &a${i} [${items.join(", ")}]`;
}).join("\n");

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(LookonceError);
    return (error as Error).message;
  }
  throw new Error("it was accepted");
}

describe("parseYaml", () => {
  it("reads a table of keys, with aliases", () => {
    expect(parseYaml("path: .\nnames: &n [cat, dog]\nagain: *n", options)).toEqual({
      ...{ path: ".", names: ["cat", "dog"], again: ["cat", "dog"] },
    });
  });

  it("names the line of a mistake", () => {
    expect(refusal(() => parseYaml("path: .\nnames: [cat", options))).toMatch(
      /^data\.yaml, line \d is not valid YAML: /,
    );
    expect(refusal(() => parseYaml("path: .\n\tnames: 3", options))).toMatch(/line 2 .*a tab; YAML wants spaces/);
    expect(refusal(() => parseYaml("nc: 1\nnc: 2", options))).toMatch(/keep one of them/);
    expect(refusal(() => parseYaml('path: "C:\\data"', options))).toMatch(/write paths with \//);
  });

  it.each([
    ["", /is empty; expected keys such as path:/],
    ["# only a comment", /is empty/],
    ["[1, 2]", /is a list at the top/],
    ["just text", /is the text or number "just text" at the top/],
  ])("refuses %j, which is no table", (text, message) => {
    expect(refusal(() => parseYaml(text, options))).toMatch(message);
  });

  it("accepts an empty document where that is allowed", () => {
    expect(parseYaml("# nothing\n", { ...options, mayBeEmpty: true })).toEqual({});
  });

  it("refuses aliases that stand for gigabytes", () => {
    expect(refusal(() => parseYaml(bomb, options))).toMatch(/^data\.yaml: a\d: too large to read, with its aliases/);
  });

  it("does not slow down over a million empty lines", () => {
    expect(refusal(() => parseYaml("\n".repeat(999_999), options))).toMatch(/is empty/);
  });

  it("refuses what is too deep, too long, or part of itself", () => {
    expect(refusal(() => parseYaml(`a: ${"[".repeat(40)}${"]".repeat(40)}`, options))).toMatch(/a: lists lie too deep/);
    expect(refusal(() => parseYaml(`a: ${"[".repeat(5000)}`, options))).toMatch(/not valid YAML/);
    expect(refusal(() => parseYaml("a: &a [*a]", options))).toMatch(
      /a: an alias refers to what it is part of|not valid/,
    );
    expect(refusal(() => parseYaml("a".repeat(1_000_001), options))).toMatch(/1,000,001 characters; at most 1,000,000/);
  });
});

describe("JSON of programs", () => {
  const limits = { characters: 100, values: 5, depth: 3 };
  const parse = (text: string): unknown => parseJsonValue(text, { name: "a.bin: its header", limits });

  it("may have any value at its top", () => {
    expect(parse('[1, {"a": null}]')).toEqual([1, { a: null }]);
    expect(parse("3")).toBe(3);
  });

  it.each([
    ["[1, 2, 3, 4, 5, 6]", /^a\.bin: its header has 6 values; at most 5 are read\.$/],
    ["[[[[1]]]]", /^a\.bin: its header: .*too deep/],
    ["[".repeat(101), /has 101 characters; at most 100 are read/],
    ["[1", /^a\.bin: its header is not valid JSON: /],
  ])("%s is refused", (text, message) => {
    expect(refusal(() => parse(text))).toMatch(message);
  });
});

describe("parseJson", () => {
  it("has the same limits", () => {
    expect(parseJson('{"a": [1, {"b": null}]}', options)).toEqual({ a: [1, { b: null }] });
    expect(refusal(() => parseJson('{"a": ', options))).toMatch(/^data\.yaml is not valid JSON: /);
    expect(refusal(() => parseJson("3", options))).toMatch(/is the text or number 3 at the top/);
    expect(refusal(() => parseJson(`{"a": ${"[".repeat(1e5)}${"]".repeat(1e5)}}`, options))).toMatch(
      /a: lists lie too/,
    );
    const many = `{"a": [${"0,".repeat(100_000)}0]}`;
    const limits = { values: 1000 };
    expect(refusal(() => parseJson(many, { ...options, limits }))).toMatch(/a: too large to read/);
  });
});

describe("checkBudget", () => {
  it("lets the caller name the place", () => {
    const place = (keys: readonly string[]): string => keys.join(".");
    const limits = { ...defaultLimits, depth: 3 };
    expect(refusal(() => checkBudget({ a: { b: [[1]] } }, "x", limits, place))).toMatch(/^x: a\.b\.0: /);
  });
});

describe("lineOf", () => {
  const text = "a: 1\n'b c': {d: 2}\nd:\n  e.f: 3\n  a: 4\n";

  it.each<[line: number | undefined, key: string, section?: string]>([
    [1, "a"],
    [2, "b c"],
    [undefined, "e.f"],
    [4, "e.f", "d"],
    [5, "a", "d"],
    [2, "x", "b c"],
  ])("is %s of %s %s", (line, ...keys) => {
    expect(lineOf(text, ...keys)).toBe(line);
  });
});

describe("readYaml", () => {
  const settings = { what: "data set file", expected: options.expected };

  it("reads a file", async () => {
    const file = join(folder, "a.yaml");
    writeFileSync(file, "nc: 2\n");
    expect(await readYaml(file, settings)).toEqual({ text: "nc: 2\n", content: { nc: 2 } });
    expect(readYamlSync(file, settings).content).toEqual({ nc: 2 });
  });

  it("names the file that is missing, too large or a folder", async () => {
    const missing = join(folder, "b.yaml");
    const hint = (): string => ' Did you mean "a.yaml"?';
    await expect(readYaml(missing, { ...settings, hint })).rejects.toThrow(
      `There is no data set file ${missing}: check the path. Did you mean "a.yaml"?`,
    );
    expect(refusal(() => readYamlSync(missing, { ...settings, hint }))).toMatch(/Did you mean "a\.yaml"\?$/);
    await expect(readYaml(folder, settings)).rejects.toThrow(/is a folder; expected a data set file/);
    const large = join(folder, "large.yaml");
    writeFileSync(large, Buffer.alloc(4_000_001, "#"));
    await expect(readYaml(large, settings)).rejects.toThrow(/4,000,001 bytes; a data set file may have at most/);
  });
});
