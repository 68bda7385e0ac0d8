import { beforeAll, describe, expect, it } from "vitest";
import { registerOnnxRuntime } from "../index.ts";
import { comparedKernels, differences, randomCases } from "./test-differences.ts";

const rounds = Number(process.env.LOOKONCE_CONFORMANCE_ROUNDS ?? 8);

beforeAll(() => registerOnnxRuntime({ threads: 1 }));

describe("every lowering agrees with tfjs's reference backend on random calls", () => {
  it("has random cases for each", () => {
    expect(Object.keys(randomCases).sort()).toEqual([...comparedKernels].sort());
  });

  it.each(Object.keys(randomCases))("%s, values and derivatives", async (kernel) => {
    expect(await differences(kernel, { rounds })).toEqual([]);
  });
});
