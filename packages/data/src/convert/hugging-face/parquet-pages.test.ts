import { describe, expect, it } from "vitest";
import { checkPages } from "./parquet-pages.ts";

/** Fields of a struct in Thrift's compact protocol: whole numbers, or structs. */
type Fields = Readonly<Record<number, number | { readonly [id: number]: number }>>;

function struct(fields: Fields): number[] {
  let last = 0;
  const bytes = Object.entries(fields).flatMap(([key, value]) => {
    const id = Number(key);
    const type = typeof value === "number" ? 5 : 12;
    const head = ((id - last) << 4) | type;
    last = id;
    return [head, ...(typeof value === "number" ? varint(value < 0 ? -2 * value - 1 : 2 * value) : struct(value))];
  });
  return [...bytes, 0];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

const page = (fields: Fields, size = 4): number[] => [...struct(fields), ...Array<number>(size).fill(7)];
const dictionary = page({ 1: 2, 2: 4, 3: 4, 7: { 1: 3, 2: 0 } });
const old = page({ 1: 0, 2: 4, 3: 4, 5: { 1: 2, 2: 8, 3: 3, 4: 3 } });
const v2 = (own: { readonly [id: number]: number } = {}, size = 4): number[] =>
  page({ 1: 3, 2: 4, 3: size, 8: { 1: 2, 2: 0, 3: 2, 4: 0, 5: 1, 6: 1, ...own } });
const check = (...pages: number[][]): void => checkPages(Uint8Array.from(pages.flat()), { values: 4, maxBytes: 100 });

describe("checkPages", () => {
  it("accepts pages that have the values of their column", () => {
    expect(() => check(dictionary, old, v2())).not.toThrow();
  });

  it.each([
    ["too few values", [dictionary, old], "number of values"],
    ["too many values", [old, v2({ 1: 3 })], "number of values"],
    ["more bytes than there are", [old, v2({}, 5)], "page size"],
    ["a size below 0, which would lead back", [old, v2({}, -20)], "page header"],
    ["more bytes than allowed", [page({ 1: 0, 2: 101, 3: 4, 5: { 1: 4, 2: 0, 3: 0, 4: 0 } })], "page header"],
    ["levels beyond the page", [old, v2({ 5: 3, 6: 3 })], "length of levels"],
    ["more nulls than values", [old, v2({ 2: 3 })], "page header"],
    ["no counts", [old, page({ 1: 3, 2: 4, 3: 4 })], "page header"],
    ["an index for a page", [page({ 1: 1, 2: 4, 3: 4 })], "kind of page"],
    ["a dictionary larger than its bytes", [page({ 1: 2, 2: 4, 3: 4, 7: { 1: 33, 2: 0 } })], "page header"],
    ["a header without end", [[0x15]], "page header"],
  ])("refuses %s", (_, pages, reason) => {
    expect(() => check(...pages)).toThrow(`a page has a wrong ${reason}`);
  });
});
