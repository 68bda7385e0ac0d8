import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();
const data = `data=${join(folder, "shapes", "shapes.yaml")}`;
const project = `project=${join(folder, "runs")}`;

beforeAll(async () => {
  await lookonce("data", "shapes", `output=${join(folder, "shapes")}`, "train=6", "val=2", "size=64");
});

describe("lookonce data stats", () => {
  it("counts a part and draws labels.png", async () => {
    const { code, stdout } = await lookonce("data", "stats", data, project);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^0 +circle +\d+ +\d+$/m);
    expect(stdout).toMatch(/^\d+ objects in 6 images, \d\.\d in each; \d+ images have none$/m);
    expect(stdout).toContain("64 × 64 (6)");
    const file = join(folder, "runs", "data-stats", "labels.png");
    expect(stdout.trimEnd().endsWith(file)).toBe(true);
    expect([...readFileSync(file).subarray(1, 4)]).toEqual([..."PNG"].map((letter) => letter.charCodeAt(0)));
  });

  it("prints the counts of another split as JSON, in a folder of its own", async () => {
    const json = (await lookonce("data", "stats", data, project, "split=val", "--json")).json<{
      instances: number;
      images: number;
      plot: string;
      classes: { name: string; instances: number }[];
    }>();
    expect(json.images).toBe(2);
    expect(json.classes.map(({ name }) => name)).toContain("circle");
    expect(json.classes.reduce((sum, { instances }) => sum + instances, 0)).toBe(json.instances);
    expect(json.plot).toBe(join(folder, "runs", "data-stats2", "labels.png"));
  });

  it("leaves nothing behind when there is no such part", async () => {
    const { code, stderr } = await lookonce("data", "stats", data, `project=${join(folder, "none")}`, "split=vall");
    expect(code).not.toBe(0);
    expect(stderr).toContain("vall");
    expect(existsSync(join(folder, "none"))).toBe(false);
  });
});

describe("lookonce data sample", () => {
  const files = (name: string): string[] =>
    ["sample.jpg", "sample_augmented.jpg"].map((file) => join(folder, "runs", name, file));

  it("draws images before and after augmentation, the same for the same seed", async () => {
    const run = (name: string, seed: number): ReturnType<typeof lookonce> =>
      lookonce("data", "sample", data, project, `name=${name}`, "n=4", "imgsz=64", `seed=${seed}`, "--json");
    const first = (await run("a", 1)).json<{ images: string[]; files: string[] }>();
    expect(first.files).toEqual(files("a"));
    expect(new Set(first.images).size).toBe(4);
    await run("b", 1);
    await run("c", 2);
    for (const i of [0, 1] as const) {
      const [a, b, c] = ["a", "b", "c"].map((name) => readFileSync(files(name)[i] as string));
      expect(b?.equals(a as Buffer)).toBe(true);
      expect(c?.equals(a as Buffer)).toBe(false);
    }
  });

  it("accepts presets of both families, none, and more images than there are", async () => {
    const v5 = await lookonce(
      "data",
      "sample",
      data,
      project,
      "name=v5",
      "n=99",
      "imgsz=64",
      "augment=v5-voc",
      "--json",
    );
    expect(v5.json<{ images: string[] }>().images).toHaveLength(6);
    const none = await lookonce("data", "sample", data, project, "name=none", "n=1", "augment=none");
    expect(none.stdout.trim()).toBe(files("none")[0]);
  });

  it("knows which preset was meant, and that a file needs one", async () => {
    expect((await lookonce("data", "sample", data, project, "augment=v5-vox")).stderr).toContain(
      'Did you mean "v5-voc"',
    );
    const { stderr } = await lookonce("data", "sample", data, project, "augment=none", "hyp=my.yaml");
    expect(stderr).toContain("add augment=v8");
    expect((await lookonce("data", "sample", data, project, "hyp=my.yaml")).stderr).toContain("my.yaml");
  });
});
