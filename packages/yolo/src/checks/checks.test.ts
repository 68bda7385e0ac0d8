import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../test-model.ts";
import { checks } from "./checks.ts";
import { diskOf } from "./folder-state.ts";
import { packageVersion } from "./package-version.ts";
import { ffmpegState } from "./tool-state.ts";

const folder = temporaryFolder();

describe("checks", () => {
  it("lists versions, the system, and every device with what is missing", async () => {
    const { versions, system, cache, devices } = await checks({ cache: folder });
    for (const version of Object.values(versions)) expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(versions.node).toBe(process.versions.node);
    expect(system.threads).toBeGreaterThan(0);
    expect(system.memory.free).toBeLessThanOrEqual(system.memory.total);
    expect(cache.free).toBeGreaterThan(0);
    expect(devices.map(({ device }) => device)).toContain("webgpu");
    expect(devices.find(({ device }) => device === "cpu")?.usable).toBe(true);
    for (const { reason } of devices) expect(reason).not.toBe("");
  });
});

describe("packageVersion", () => {
  it("does not know what is not installed", () => {
    expect(packageVersion("no-such-package")).toBeUndefined();
    expect(packageVersion("sharp", "@lookonce/no-such-package")).toBeUndefined();
  });
});

describe("diskOf", () => {
  it("adds up files, and treats a folder that is not there as an empty one", async () => {
    const own = join(folder, "cache");
    mkdirSync(join(own, "weights"), { recursive: true });
    writeFileSync(join(own, "a"), "12345");
    writeFileSync(join(own, "weights", "b"), "123");
    expect(await diskOf(own)).toMatchObject({ folder: own, used: 8 });
    expect(await diskOf(join(folder, "none", "at", "all"))).toMatchObject({ used: 0, free: expect.any(Number) });
  });
});

describe("ffmpegState", () => {
  it("says what to do without it", async () => {
    const { usable, reason } = await ffmpegState(join(folder, "no-ffmpeg"));
    expect(usable).toBe(false);
    expect(reason).toMatch(/^it is not installed; videos and cameras need it/);
    expect(await ffmpegState(process.execPath)).toMatchObject({ usable: false });
  });
});
