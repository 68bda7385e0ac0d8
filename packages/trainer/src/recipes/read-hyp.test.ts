import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { familySettings, hypPresets } from "@lookonce/config";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readHyp } from "./read-hyp.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-hyp-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, "hyp.yaml");
  await writeFile(path, text);
  return path;
}

describe("readHyp", () => {
  it("reads a file", async () => {
    expect(await readHyp(await file("# mine\nlr0: 0.02\nmosaic: 0.5 # half\n"), familySettings.v5)).toEqual({
      ...hypPresets["v5-scratch-low"],
      lr0: 0.02,
      mosaic: 0.5,
    });
  });
  it("names file and line of what is wrong", async () => {
    const path = await file("lr0: 0.02\nmosiac: 1\n");
    await expect(readHyp(path, familySettings.v8)).rejects.toThrow(
      `${path}, line 2: YOLOv8 has no hyper-parameter "mosiac"`,
    );
    await expect(readHyp(await file("lr0: [\n"), familySettings.v8)).rejects.toMatchObject({ code: "FORMAT" });
    await expect(readHyp(await file("- 1\n"), familySettings.v8)).rejects.toThrow(
      "a list at the top; expected keys such as lr0:",
    );
    await expect(readHyp(join(folder, "none.yaml"), familySettings.v8)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(readHyp(folder, familySettings.v8)).rejects.toThrow("is a folder; expected a hyper-parameter file");
  });
});
