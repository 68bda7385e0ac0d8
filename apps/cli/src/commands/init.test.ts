import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();

describe("lookonce init", () => {
  it("lays out a project and says what to do next", async () => {
    const { code, stdout } = await lookonce("init", join(folder, "my pets"));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^wrote package\.json, .*data\.yaml, .*src\/main\.ts, data into/);
    expect(stdout).toMatch(/Next:\n {2}cd ".*my pets"\n {2}npm install\n {2}npm start/);
    const json = (await lookonce("init", join(folder, "own"), "classes=cat,dog", "--json")).json<{ name: string }>();
    expect(json.name).toBe("own");
  });

  it("overwrites nothing", async () => {
    const before = readdirSync(join(folder, "own"), { recursive: true });
    const { code, stderr } = await lookonce("init", join(folder, "own"));
    expect(code).toBe(1);
    expect(stderr).toMatch(/own is not empty: package\.json, .* Name a new folder\./);
    expect(readdirSync(join(folder, "own"), { recursive: true })).toEqual(before);
    mkdirSync(join(folder, "empty"));
    expect((await lookonce("init", join(folder, "empty"))).code).toBe(0);
  });

  it.each([
    [["init"], /init needs folder=folder\. For example: lookonce init pets/],
    [["init", "my", "pets"], /init accepts one folder; a name with spaces needs quotation marks/],
    [["int", "pets"], /Did you mean "init"\?/],
    [["create", "pets"], /Here it is "init"/],
    [["init", "pets", "clases=cat"], /Did you mean "classes"\?/],
  ])("knows what was meant by %j", async (argv, message) => {
    expect(await lookonce(...argv)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
    expect(existsSync("pets")).toBe(false);
  });
});

describe("lookonce predict with nothing else", () => {
  it("shows the sample that comes along", async () => {
    const finished = await lookonce("predict", `project=${folder}`);
    expect(finished).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/shapes\.jpg: 1 circle, 1 square, 2 triangles, 1 star/),
      stderr: expect.stringMatching(
        /no model and no source .*\nyours: lookonce predict model=yolo11n\.pt source=image\.jpg/,
      ),
    });
    expect(readdirSync(join(folder, "predict"))).toEqual(["shapes.jpg"]);
  });

  it("is not taken for one of the two that is missing", async () => {
    expect((await lookonce("predict", "source=bus.jpg")).stderr).toContain("predict needs model=file");
    expect((await lookonce("predict", "model=yolov8n.yaml")).stderr).toContain("predict needs source=path");
  });
});
