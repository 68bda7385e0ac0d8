import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { lookonce, temporaryFolder } from "./test-run.ts";

const folder = temporaryFolder();
const text = new TextEncoder();

/** A PyTorch archive whose pickle asks for `os.system("touch …")`. */
function hostileCheckpoint(trace: string): Uint8Array {
  const argument = text.encode(`touch ${trace}`);
  const pickle = new Uint8Array([
    ...[0x80, 2],
    ...text.encode("cos\nsystem\n"),
    ...[0x58, argument.length, 0, 0, 0, ...argument],
    ...[0x85, 0x52, 0x2e],
  ]);
  return zipSync({ "model/data.pkl": pickle, "model/version": text.encode("3\n") }, { level: 0 });
}

describe("bad checkpoints", () => {
  const published = fileURLToPath(new URL("../../../packages/checkpoint/fixtures/module.pt", import.meta.url));

  it.each([0.02, 0.5, 0.99])("says that a .pt is truncated (%d of it)", async (share) => {
    const bytes = readFileSync(published);
    const path = join(folder, "truncated.pt");
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * share)));
    const { code, stderr, stdout } = await lookonce("info", `model=${path}`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error: .*truncated\.pt.*(truncated|incomplete|damaged)/);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("refuses a pickle that calls os.system, and runs nothing", async () => {
    const trace = join(folder, "was-here");
    const path = join(folder, "hostile.pt");
    writeFileSync(path, hostileCheckpoint(trace));
    const { code, stderr, json } = await lookonce("info", `model=${path}`, "--json");
    expect(code).toBe(1);
    expect(stderr).toContain("os.system");
    expect(json()).toEqual({ error: { code: "UNSAFE", message: expect.stringContaining("os.system") } });
    expect(existsSync(trace)).toBe(false);
  });

  it("names the kinds of files that it accepts", async () => {
    const path = join(folder, "model.h5");
    writeFileSync(path, "x");
    expect(await lookonce("info", `model=${path}`)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/expected \.pt, \.safetensors, \.onnx, a \.yaml model file, or model\.json/),
    });
  });
});
