import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeRunDirectory } from "./run-directory.ts";
import { temporaryFolder } from "./test-model.ts";

const folder = temporaryFolder();

describe("makeRunDirectory", () => {
  it("counts up", async () => {
    const path = join(folder, "runs/predict");
    expect(await makeRunDirectory(path)).toBe(path);
    expect(await makeRunDirectory(path)).toBe(`${path}2`);
    expect(existsSync(`${path}2`)).toBe(true);
  });

  it("uses the same folder again on request", async () => {
    const path = join(folder, "again");
    expect(await makeRunDirectory(path, { reuse: true })).toBe(path);
    expect(await makeRunDirectory(path, { reuse: true })).toBe(path);
  });

  it.each([true, false])("says which folder cannot be made (reuse %s)", async (reuse) => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const made = makeRunDirectory(join(file, "run"), { reuse });
    await expect(made).rejects.toMatchObject({ code: "IO", message: expect.stringMatching(/cannot make the folder/) });
  });
});
