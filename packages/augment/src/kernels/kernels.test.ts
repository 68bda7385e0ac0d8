import { expect, it } from "vitest";
import { reserve } from "./kernels.ts";

it("keep their tables and their place while memory grows", () => {
  const before = reserve(10);
  const weights = before.bytes.slice(before.weights, before.free);
  const after = reserve(50_000_000);
  expect(after.bytes.length).toBeGreaterThan(after.free + 50_000_000);
  expect(Buffer.compare(after.bytes.slice(after.weights, after.free), weights)).toBe(0);
});
