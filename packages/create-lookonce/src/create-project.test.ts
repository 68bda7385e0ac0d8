import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dataset, generateShapes, readDatasetConfig } from "@lookonce/data";
import { afterAll, describe, expect, it } from "vitest";
import { createProject } from "./create-project.ts";
import { describeProject } from "./describe-project.ts";
import { drawnClasses } from "./project-files.ts";

const folder = mkdtempSync(join(tmpdir(), "create lookonce "));
afterAll(() => rmSync(folder, { recursive: true }));

const text = (...path: string[]): string => readFileSync(join(folder, ...path), "utf8");

describe("createProject", () => {
  it("lays out a project with drawn shapes, whose data set has no mistakes", async () => {
    const { name, written, kept, next } = await createProject({ folder: join(folder, "My Pets é") });
    expect(name).toBe("my-pets-e");
    expect(written).toEqual([
      ...["package.json", "tsconfig.json", ".gitignore", "README.md", "data.yaml", "data.schema.json"],
      ...["src/main.ts", "data"],
    ]);
    expect([...written].every((path) => existsSync(join(folder, "My Pets é", path)))).toBe(true);
    expect(kept).toEqual([]);
    expect(next.at(0)).toMatch(/^cd ".*My Pets é"$/);
    expect(next.slice(1)).toEqual(["npm install", "npm start"]);
    expect(JSON.parse(text("My Pets é", "package.json"))).toMatchObject({
      name,
      dependencies: { lookonce: expect.stringMatching(/^\^\d/) },
    });
    const yaml = join(folder, "My Pets é", "data.yaml");
    for (const [split, images] of [["train", 32] as const, ["val", 8] as const]) {
      const { names, report } = await Dataset.open({ yaml, split, cache: "renew" });
      expect(names).toEqual(drawnClasses);
      expect(report).toMatchObject({ images, found: images, problems: [] });
    }
  });

  it("names a schema that lies beside data.yaml and knows its keys", async () => {
    const schema = /^# yaml-language-server: \$schema=(.+)$/m.exec(text("My Pets é", "data.yaml"))?.[1] ?? "";
    const { properties } = JSON.parse(text("My Pets é", schema)) as { properties: object };
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(["path", "train", "val", "names"]));
  });

  it("leaves the folders empty for classes of your own, which can have any names", async () => {
    const classes = ["cat", 'a "dog"', "no"];
    const { next } = await createProject({ folder: join(folder, "own"), classes, model: "yolo11s.pt" });
    expect(next.slice(1)).toEqual(["npm install", "npm run label", "npm start"]);
    expect(readdirSync(join(folder, "own/data/images/train"))).toEqual([".gitkeep"]);
    expect(text("own", "src/main.ts")).toContain('YOLO.load("yolo11s.pt"');
    expect((await readDatasetConfig(join(folder, "own/data.yaml"))).names).toEqual(classes);
  });

  it("overwrites nothing, and writes nothing where something is in the way", async () => {
    mkdirSync(join(folder, "used"));
    writeFileSync(join(folder, "used/package.json"), "{}");
    writeFileSync(join(folder, "used/README.md"), "mine");
    await expect(createProject({ folder: join(folder, "used") })).rejects.toMatchObject({
      code: "ARGUMENT",
      message: expect.stringMatching(/used is not empty: package\.json is there, .* Name a new folder\.$/),
    });
    expect(readdirSync(join(folder, "used")).sort()).toEqual(["README.md", "package.json"]);
    await expect(createProject({ folder: join(folder, "own") })).rejects.toThrow(/data\.yaml.*, data are there/);
    await expect(createProject({ folder: join(folder, "used/README.md") })).rejects.toThrow(/is a file/);
  });

  it("keeps README.md and .gitignore of a fresh repository", async () => {
    mkdirSync(join(folder, "cloned/.git"), { recursive: true });
    writeFileSync(join(folder, "cloned/README.md"), "mine");
    const project = await createProject({ folder: join(folder, "cloned") });
    expect(project.kept).toEqual(["README.md"]);
    expect(text("cloned", "README.md")).toBe("mine");
    expect(describeProject(project)).toContain("README.md was there, and stays as it is");
  });

  it("refuses classes that are named twice", async () => {
    await expect(createProject({ folder: join(folder, "twice"), classes: ["a", "a"] })).rejects.toThrow(/"a" twice/);
    expect(existsSync(join(folder, "twice"))).toBe(false);
  });
});

it("the images that come along are those that lookonce draws", async () => {
  const drawn = join(folder, "drawn");
  const { names } = await generateShapes({ directory: drawn, train: 32, val: 8 });
  expect(names).toEqual(drawnClasses);
  const files = readdirSync(drawn, { recursive: true, encoding: "utf8" }).filter((path) => /\.(jpg|txt)$/.test(path));
  expect(files).toHaveLength(2 * 40);
  const bundled = new URL("../shapes/", import.meta.url);
  for (const path of files) {
    const [ours, theirs] = [readFileSync(new URL(path, bundled)), readFileSync(join(drawn, path))];
    expect(ours.equals(theirs), path).toBe(true);
  }
});
