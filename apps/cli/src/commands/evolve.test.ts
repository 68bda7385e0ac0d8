import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateShapes } from "@lookonce/data";
import { tinyModelYaml } from "@lookonce/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();
const project = `project=${join(folder, "runs")}`;
const model = join(folder, "tiny-v5.yaml");
const data = `data=${join(folder, "shapes/shapes.yaml")}`;

beforeAll(async () => {
  await generateShapes({ directory: join(folder, "shapes"), train: 4, val: 2, size: 64 });
  const anchors = [
    [1, 1],
    [2, 2],
  ];
  writeFileSync(model, tinyModelYaml({ layers: [8, 8, 16, 16], anchors }));
});

const small = ["imgsz=64", "batch=4", "epochs=1", "workers=0", project];

describe("lookonce evolve", () => {
  it("evolves, reports every generation, and resumes", async () => {
    const { code, stderr, json } = await lookonce(
      "evolve",
      `model=${model}`,
      data,
      ...small,
      "generations=1",
      "--json",
    );
    expect(code, stderr).toBe(0);
    const result = json<{ dir: string; generations: number; hyp: string; best: { hyps: { lr0: number } } }>();
    expect(Object.keys(result)).toEqual(["dir", "generations", "best", "hyp", "csv", "plot"]);
    expect(result).toMatchObject({ dir: join(folder, "runs/evolve"), generations: 1, best: { hyps: { lr0: 0.01 } } });
    expect(stderr).toMatch(/generation 1: fitness 0\.\d{5} \*/);
    expect(readFileSync(result.hyp, "utf8")).toContain("lr0: 0.01");
    const again = await lookonce("train", "evolve=1", `resume=${result.dir}`);
    const done = { code: 0, stdout: expect.stringContaining("best of 1: generation 1, fitness 0.") };
    expect(again).toMatchObject(done);
    // The same options are the same evolution, by whichever command
    const start = [`model=${model}`, data, ...small, "val=last", "exist_ok=true"];
    expect(await lookonce("train", "evolve=1", ...start)).toMatchObject(done);
  });

  it("asks for what it needs", async () => {
    expect(await lookonce("evolve", `model=${model}`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("evolve needs data=file.yaml"),
    });
    expect(await lookonce("train", "evolve=3", "epochs=1")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("evolve needs model=file data=file.yaml"),
    });
  });
});

describe("lookonce anchors", () => {
  it("finds as many anchors as asked for and reports how they fit", async () => {
    const { code, stdout, stderr } = await lookonce("anchors", data, "n=4", "imgsz=64", "gen=20", `model=${model}`);
    expect(code, stderr).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/tiny-v5\.yaml: \d\.\d\d anchors\/target, 0\.\d{4} best possible recall/);
    expect(lines[2]).toMatch(/^after 20 generations: \d\.\d\d anchors\/target, [01]\.\d{4} best/);
    expect(lines[3]).toMatch(/^(\d+,\d+, ){3}\d+,\d+$/);
  });
});

describe("lookonce train with anchors that do not fit", () => {
  it("fits them first, unless auto_anchor is false", async () => {
    const train = ["train", `model=${model}`, data, ...small, "val=never"];
    expect((await lookonce(...train)).stderr).toMatch(/AutoAnchor: .* new ones were fitted to the data set/);
    expect((await lookonce(...train, "noautoanchor")).stderr).not.toContain("AutoAnchor");
  });
});
