import { describeGolden, expectClose, type GoldenTensor, goldenJson, goldenTensors } from "@lookonce/testing";
import { expect, it } from "vitest";
import { boxCandidates, type PerspectiveDraw, perspectiveMatrix, type Sample } from "../index.ts";
import { difference, expectObjects, goldenDraw, goldenImage, goldenObjects } from "../test-golden.ts";
import { applyPerspective, movedObjects } from "./perspective.ts";
import { sceneOf } from "./scene.ts";

type Tensors = Record<string, GoldenTensor>;

describeGolden("perspective of YOLOv5", ["v5/augment/perspective.json", "v5/augment/perspective.safetensors"], () => {
  const tensors: Tensors = goldenTensors("v5/augment/perspective.safetensors");
  // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
  for (const [name, run] of Object.entries<any>(goldenJson("v5/augment/perspective.json"))) {
    const of = (role: string): GoldenTensor => tensors[run.tensors[role]] as GoldenTensor;
    if (name.startsWith("box_candidates")) {
      it(name, () => {
        const limits = { side: run.wh_thr, aspect: run.ar_thr, area: run.area_thr };
        expect(boxCandidates(of("before").data, of("after").data, limits).map(Number)).toEqual([...of("kept").data]);
      });
      continue;
    }
    it(name, () => {
      const d = run.draws;
      const draw: PerspectiveDraw = {
        perspectiveX: d["perspective x"],
        perspectiveY: d["perspective y"],
        angle: d["angle in degrees"],
        scale: d.scale,
        shearX: d["shear x in degrees"],
        shearY: d["shear y in degrees"],
        translateX: d["translation x fraction"],
        translateY: d["translation y fraction"],
      };
      const sample: Sample = { ...goldenObjects(of("labels")), image: goldenImage(of("input")) };
      if (run.polygons > 0) {
        sample.polygons = Array.from({ length: run.polygons }, (_, i) => of(`polygon${i}`).data as Float32Array);
      }
      const [height, width] = run.output_hw;
      const size = { width, height };
      const matrix = perspectiveMatrix(draw, sample.image, size);
      expectClose(matrix, run.matrix.flat(), { abs: 1e-9 });
      const outlines = { clip: false, closed: false };
      const { candidates, kept } = movedObjects(sample, { matrix, scale: draw.scale, size, outlines });
      expectClose(candidates.boxes, of("boxes_before_filter").data, { abs: 1e-3 });
      expect(kept.map(Number)).toEqual([...of("kept").data]);
      const result = applyPerspective(sceneOf(sample), { draw, size, outlines });
      expectObjects(result, of("output_labels"));
      // The golden file allows 1 for the mean and 12 for the largest; the arithmetic is the same, so we ask for more
      expect(difference(result.image, goldenImage(of("output")))).toEqual({
        over: 0,
        largest: expect.toSatisfy((d) => d <= 1),
      });
    });
  }
});

describeGolden("perspective of YOLOv8", ["v8/augment/perspective.json", "v8/augment/perspective.safetensors"], () => {
  const tensors: Tensors = goldenTensors("v8/augment/perspective.safetensors");
  // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
  for (const [name, run] of Object.entries<any>(goldenJson("v8/augment/perspective.json"))) {
    it(`case ${name}`, () => {
      const of = (role: string): GoldenTensor => tensors[`${name}.${role}`] as GoldenTensor;
      const draw = goldenDraw(run.drawn);
      const boxes = of("boxes").data as Float32Array;
      const classes = Int32Array.from({ length: boxes.length / 4 }, (_, i) => i);
      const sample = { image: goldenImage(of("input_bgr")), boxes, classes };
      const [height, width] = run.output_height_width;
      const size = { width, height };
      const matrix = perspectiveMatrix(draw, sample.image, size);
      expectClose(matrix, run.matrix.flat(), { abs: 1e-4 });
      const { candidates, kept } = movedObjects(sample, { matrix, scale: draw.scale, size, outlines: {} });
      expectClose(candidates.boxes, of("boxes_warped_clipped").data, { abs: 1e-3 });
      expect(kept.map(Number)).toEqual([...of("keep").data]);
      const result = applyPerspective(sceneOf(sample), { draw, size });
      expect(result.classes.length).toBe(run.kept);
      expectClose(result.boxes, of("boxes_out").data, { abs: 1e-3 });
      const { over, largest } = difference(result.image, goldenImage(of("output_bgr")), 3);
      expect(over).toBeLessThan(0.001);
      expect(largest).toBeLessThanOrEqual(4);
    });
  }
});
