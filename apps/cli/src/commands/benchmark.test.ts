import { describe, expect, it } from "vitest";
import { lookonce } from "../test-run.ts";

describe("lookonce benchmark sppf", () => {
  it("shows that both compute the same bits, and how long each runs", async () => {
    const { code, stdout, stderr, json } = await lookonce("benchmark", "sppf", "passes=3", "--json");
    expect(code).toBe(0);
    const result = json<Record<"pooling" | "modules", Record<string, number>> & Record<string, unknown>>();
    expect(result).toMatchObject({ device: "cpu", passes: 3, shape: [8, 32, 16, 16], pooling: { identical: true } });
    expect(result.modules).toMatchObject({ identical: true });
    for (const { spp, sppf, ratio } of [result.pooling, result.modules]) {
      expect(spp).toBeGreaterThan(0);
      expect(ratio).toBeCloseTo((spp as number) / (sppf as number), 6);
    }
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/with convolutions .*bit for bit/);
    expect(stderr).toMatch(/as published +0\.537 s +0\.208 s +2\.60×/);
  });

  it("is found in help", async () => {
    expect((await lookonce("help", "benchmark")).stdout).toMatch(/benchmark sppf/);
  });
});
