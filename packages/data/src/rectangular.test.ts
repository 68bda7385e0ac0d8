import { describeGolden, describeShared, goldenJson, sharedPath } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { BatchLoader, Dataset, rectangularBatches } from "./index.ts";

describeGolden("rectangular batches of YOLOv5", ["v5/sampling/rectangular.json"], () => {
  for (const run of goldenJson("v5/sampling/rectangular.json").runs) {
    it(`imgsz ${run.imgsz}, stride ${run.stride}, pad ${run.pad}, batch ${run.batch_size}`, () => {
      const sizes = run.sorted_wh.map(([width, height]: [number, number]) => ({ width, height }));
      const plans = rectangularBatches(sizes, {
        batch: run.batch_size,
        imgsz: run.imgsz,
        stride: run.stride,
        pad: run.pad,
      });
      expect(plans.map(({ height, width }) => [height, width])).toEqual(run.batch_shapes_hw);
      expect(plans.flatMap(({ indices }) => indices)).toEqual(sizes.map((_: unknown, i: number) => i));
    });
  }
});

describeShared(
  "rectangular batches of YOLOv8's validation",
  ["golden/v8/val/batches.json", "data/coco128/coco128.yaml"],
  () => {
    const golden = goldenJson("v8/val/batches.json");

    it("has the same shapes and, up to equal ratios, the same order", async () => {
      const dataset = await Dataset.open({ yaml: sharedPath("data/coco128/coco128.yaml"), split: "val" });
      const wanted = new Set(golden.pictures_in_order); // vocabulary-allow: pictures
      const entries = dataset.entries.filter(({ path }) => wanted.has(path.split(/[/\\]/).at(-1)));
      expect(entries.length).toBe(64);
      const plans = rectangularBatches(entries, { batch: 8, imgsz: 640 });
      const shapes = plans.map(({ indices, height, width }) => [indices.length, 3, height, width]);
      expect(shapes).toEqual(golden.input_shapes);
      const ratios = new Map(entries.map(({ path, width, height }) => [path.split(/[/\\]/).at(-1), height / width]));
      const order = plans.flatMap(({ indices }) => indices.map((i) => entries[i] as (typeof entries)[number]));
      expect(order.map(({ width, height }) => height / width)).toEqual(
        // vocabulary-allow: pictures
        golden.pictures_in_order.map((name: string) => ratios.get(name)),
      );
    });

    it("fills batches of these shapes", async () => {
      const dataset = await Dataset.open({ yaml: sharedPath("data/coco128/coco128.yaml"), split: "val" });
      const loader = new BatchLoader(dataset, { batch: 2, imgsz: 160, rect: true });
      const [plan] = loader.plan();
      for await (const batch of loader) {
        expect([batch.height, batch.width]).toEqual([plan?.height, plan?.width]);
        expect(batch.images.length).toBe(batch.count * batch.height * batch.width * 3);
        break;
      }
    });
  },
);

describe("rectangularBatches", () => {
  it("is square where a batch has lying and standing images", () => {
    const sizes = [
      { width: 100, height: 50 },
      { width: 50, height: 100 },
      { width: 100, height: 25 },
    ];
    expect(rectangularBatches(sizes, { batch: 2, imgsz: 64 })).toEqual([
      { indices: [2, 0], height: 64, width: 96 },
      { indices: [1], height: 96, width: 64 },
    ]);
    expect(rectangularBatches(sizes.slice(0, 2), { batch: 2, imgsz: 64, pad: 0 })).toEqual([
      { indices: [0, 1], height: 64, width: 64 },
    ]);
  });
});
