import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { separateMasks } from "@lookonce/geometry";
import { Random } from "@lookonce/random";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset, generateShapes, type LabelKind, readDatasetConfig } from "../index.ts";
import { allShapeNames, outlineOf, outlinePolygon, type Placement, signedDistance, tipsOf } from "./outline.ts";
import { drawScene } from "./scene.ts";
import { shapeLabels } from "./shape-labels.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-shape-labels-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("generateShapes", () => {
  it.each(["polygons", "keypoints", "rotated", "folders"] as const)(
    "writes labels without fault: %s",
    async (labels) => {
      const options = { directory: join(folder, "a"), train: 10, val: 5, size: 64, labels };
      const { yaml, instances, names } = await generateShapes(options);
      expect(names).toEqual(shapeLabels[labels].classes);
      for (const split of ["train", "val"] as const) {
        const dataset = await Dataset.open({ yaml, split, labels });
        expect([...dataset.names].sort()).toEqual([...names].sort());
        expect(dataset.report).toMatchObject({ missing: 0, problems: [], instances: instances[split] });
      }
      // Its own folder again, and another kind in its place
      await generateShapes({ ...options, labels: "boxes" });
      expect((await readdir(join(folder, "a"))).sort()).toEqual(["images", "labels", "shapes.yaml"]);
    },
  );

  it("has every class as often as the others where they are folders", async () => {
    const { yaml } = await generateShapes({ directory: folder, train: 10, val: 5, size: 64, labels: "folders" });
    const { entries, names } = await Dataset.open({ yaml, split: "train" });
    expect(names.map((_, label) => entries.filter(({ classes }) => classes[0] === label).length)).toEqual([
      2, 2, 2, 2, 2,
    ]);
    expect((await readDatasetConfig(yaml)).hasClassFolders).toBe(true);
  });
});

describe("an outline's polygon", () => {
  it.each(allShapeNames)("covers what the shape does: %s", (shape) => {
    const rng = new Random(shape);
    for (let i = 0; i < 10; i++) {
      const placement: Placement = {
        ...{
          shape,
          x: rng.uniform(40, 60),
          y: rng.uniform(40, 60),
          radius: rng.uniform(15, 35),
          angle: rng.uniform(0, 7),
        },
      };
      const polygon = outlinePolygon(placement);
      const mask = separateMasks([polygon], { width: 100, height: 100, ratio: 1 });
      const outline = outlineOf(placement);
      let wrong = 0;
      for (let at = 0; at < mask.length; at++) {
        const distance = signedDistance(outline, (at % 100) + 0.5, Math.floor(at / 100) + 0.5);
        // The mask has the outline's pixels, too
        if (mask[at] === 1 ? distance > 1.5 : distance < -1) wrong++;
      }
      expect(wrong).toBe(0);
    }
  });

  it.each(shapeLabels.keypoints.classes)("has its tips on the edge, the first one up: %s", (shape) => {
    const placement: Placement = { shape, x: 50, y: 50, radius: 30, angle: 0 };
    const outline = outlineOf(placement);
    const tips = tipsOf(placement);
    for (const [x, y] of tips) expect(Math.abs(signedDistance(outline, x, y))).toBeLessThan(1e-9);
    expect(tips[0]?.[0]).toBeCloseTo(50);
    expect(tips[0]?.[1]).toBeCloseTo(20);
    expect(tips.length).toBe({ triangle: 3, square: 4, star: 5 }[shape as "star"]);
  });
});

describe("keypoints of shapes", () => {
  it("are marked as hidden where a later shape covers them, and missing where there is no such tip", () => {
    const { row, rules, classes } = shapeLabels.keypoints;
    const seen = new Set<number>();
    for (let i = 0; i < 60; i++) {
      const scene = drawScene(new Random(i), classes, 160, rules);
      for (const [place, object] of scene.objects.entries()) {
        const numbers = row?.(object, scene).slice(4) ?? [];
        expect(numbers.length).toBe(15);
        const tips = tipsOf(object);
        for (let k = 0; k < 5; k++) {
          const [x = 0, y = 0, visibility = 0] = numbers.slice(3 * k, 3 * k + 3);
          const covered = scene.objects
            .slice(place + 1)
            .some((one) => signedDistance(outlineOf(one), 160 * x, 160 * y) < 0);
          expect(visibility).toBe(k >= tips.length ? 0 : covered ? 1 : 2);
          seen.add(visibility);
        }
      }
    }
    expect([...seen].sort()).toEqual([0, 1, 2]);
  });

  it("are never turned so far that another tip would be up", () => {
    const { rules, classes } = shapeLabels.keypoints;
    for (let i = 0; i < 100; i++) {
      for (const object of drawScene(new Random(i), classes, 160, rules).objects) {
        const heights = tipsOf(object).map(([, y]) => y);
        expect(heights.indexOf(Math.min(...heights))).toBe(0);
      }
    }
  });
});

it("every kind of labels has shapes", () => {
  for (const [kind, { classes }] of Object.entries(shapeLabels) as [LabelKind, (typeof shapeLabels)["boxes"]][]) {
    expect(classes.length, kind).toBeGreaterThan(1);
    expect(classes.every((name) => allShapeNames.includes(name))).toBe(true);
  }
});
