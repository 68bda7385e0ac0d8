import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nodeEngine } from "../engine/node/engine.ts";
import { findBlockSize } from "./block-size.ts";

const flags = existsSync("/proc/cpuinfo") ? execFileSync("grep", ["-m1", "flags", "/proc/cpuinfo"]).toString() : "";

describe("the size of blocks", () => {
  it.runIf(flags.includes("avx2"))("is what the processor's vectors have", async () => {
    expect(await findBlockSize(nodeEngine)).toBe(flags.includes("avx512f") ? 16 : 8);
  });
});
