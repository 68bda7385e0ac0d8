import {
  cornersToRotated,
  overlapMasks,
  resamplePolygon,
  sampleOutline,
  separateMasks,
  xyxyToNormalizedXywh,
} from "@lookonce/geometry";
import { blankImage } from "@lookonce/image";
import { describeGolden, expectClose, type GoldenTensor, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import {
  copyPasteV8,
  flipLeftRight,
  flipUpDown,
  letterboxSample,
  mosaic4,
  type Objects,
  perspectiveMatrix,
  type Sample,
  selectObjects,
} from "../index.ts";
import { difference, goldenDraw, goldenImage, goldenPolygons } from "../test-golden.ts";
import { applyPerspective, movedObjects } from "./perspective.ts";
import { sceneOf } from "./scene.ts";

type Of = (role: string) => GoldenTensor;

/** Golden tensors `<prefix><role>`, with the same tolerance as the golden files state: 2e-3 pixels. */
function reader(tensors: Record<string, GoldenTensor>, prefix = ""): Of {
  return (role) => tensors[`${prefix}${role}`] as GoldenTensor;
}

const within = { abs: 2e-3 };

function numbered(boxes: GoldenTensor): Pick<Objects, "boxes" | "classes"> {
  return {
    boxes: boxes.data as Float32Array,
    classes: Int32Array.from({ length: boxes.data.length / 4 }, (_, i) => i),
  };
}

function flatPolygons({ polygons = [] }: Objects): number[] {
  return polygons.flatMap((one) => [...one]);
}

/** Shares of the sides, rows of `columns` numbers beginning with x, y, as pixels. */
function toPixels({ data }: GoldenTensor, { width, height }: Sample["image"], columns: number): number[] {
  return Array.from(data, (value, i) =>
    i % columns === 0 ? value * width : i % columns === 1 ? value * height : value,
  );
}

describeGolden("flips of points", ["tasks/data/flips.json", "tasks/data/flips.safetensors"], () => {
  const of = reader(goldenTensors("tasks/data/flips.safetensors"));
  const { flip_idx: flip } = goldenJson("tasks/data/flips.json");
  const sample: Sample = {
    ...numbered(of("boxes_xyxy")),
    image: goldenImage(of("input_bgr")),
    polygons: goldenPolygons(of("segments")),
    keypoints: of("keypoints").data as Float32Array,
  };
  it.each([
    ["left_right", flipLeftRight],
    ["up_down", flipUpDown],
  ] as const)("%s", (name, change) => {
    for (const [role, order] of [
      ["with_index", flip],
      ["without_index", undefined],
    ] as const) {
      const golden = reader(goldenTensors("tasks/data/flips.safetensors"), `${name}.${role}.`);
      const { image, ...objects } = change(sample, order);
      expect(image).toEqual(goldenImage(of(`${name}.output_bgr`)));
      expectClose(xyxyToNormalizedXywh(objects.boxes, image), golden("boxes_xywh_normalized").data, { abs: 1e-5 });
      expectClose(objects.keypoints ?? [], toPixels(golden("keypoints_normalized"), image, 3), within);
      expectClose(flatPolygons(objects), toPixels(golden("segments_normalized"), image, 2), within);
    }
  });
});

describeGolden("letterboxes of points", ["tasks/data/letterbox.json", "tasks/data/letterbox.safetensors"], () => {
  const tensors = goldenTensors("tasks/data/letterbox.safetensors");
  // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
  for (const [name, run] of Object.entries<any>(goldenJson("tasks/data/letterbox.json"))) {
    it(`case ${name}`, () => {
      const of = reader(tensors, `${name}.`);
      const [height, width] = run.input_height_width;
      const objects = {
        ...numbered(of("boxes")),
        polygons: goldenPolygons(of("segments")),
        keypoints: of("keypoints").data as Float32Array,
      };
      const { sample } = letterboxSample(
        { ...objects, image: blankImage({ width, height }) },
        { size: run.new_shape, scaleUp: run.scaleup ?? true, auto: run.auto ?? false },
      );
      expect([sample.image.height, sample.image.width]).toEqual(run.output_height_width);
      expectClose(sample.boxes, of("boxes_after").data, within);
      expectClose(flatPolygons(sample), of("segments_after").data, within);
      expectClose(sample.keypoints ?? [], of("keypoints_after").data, within);
    });
  }
});

describeGolden("mosaics of points", ["tasks/data/mosaic.json", "tasks/data/mosaic.safetensors"], () => {
  const tensors = goldenTensors("tasks/data/mosaic.safetensors");
  // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
  for (const [name, run] of Object.entries<any>(goldenJson("tasks/data/mosaic.json"))) {
    it(run.kind, () => {
      const of = reader(tensors, `${name}.`);
      const samples = [0, 1, 2, 3].map((i): Sample => {
        const [height, width] = run.height_width_of_the_four[i];
        const { boxes, classes } = numbered(of(`boxes_${i}`));
        const sample = { image: blankImage({ width, height }), boxes, classes: classes.fill(i) };
        return run.kind === "segments"
          ? { ...sample, polygons: goldenPolygons(of(`segments_${i}`)) }
          : { ...sample, keypoints: of(`keypoints_${i}`).data as Float32Array };
      });
      const [y, x] = run.centre_y_x; // vocabulary-allow: centre
      const scene = mosaic4(samples, { center: { y, x }, imgsz: run.imgsz, outlinePoints: 60 });
      expect([...scene.classes]).toEqual([...of("cls_out").data]);
      expectClose(scene.boxes, of("boxes_out").data, within);
      if (run.kind === "segments") expectClose(flatPolygons(scene), of("segments_out").data, within);
      else expectClose(scene.keypoints ?? [], of("keypoints_out").data, within);
    });
  }
});

describeGolden("perspective of points", ["tasks/data/perspective.json", "tasks/data/perspective.safetensors"], () => {
  const tensors = goldenTensors("tasks/data/perspective.safetensors");
  // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
  for (const [name, run] of Object.entries<any>(goldenJson("tasks/data/perspective.json"))) {
    it(`case ${name}, ${run.kind}`, () => {
      const of = reader(tensors, `${name}.`);
      const [height, width] = run.input_height_width;
      const image = tensors[`${name}.input_bgr`] ? goldenImage(of("input_bgr")) : blankImage({ width, height });
      const hasKeypoints = run.kind === "keypoints";
      const points: Pick<Objects, "keypoints" | "polygons"> = hasKeypoints
        ? { keypoints: of("keypoints").data as Float32Array }
        : { polygons: goldenPolygons(of("segments")) };
      const sample: Sample = { image, ...numbered(of("boxes")), ...points };
      const [outHeight, outWidth] = run.output_height_width;
      const size = { width: outWidth, height: outHeight };
      const draw = goldenDraw(run.drawn);
      const outlines = { points: run.kind === "obb" ? 100 : 1000 };
      const matrix = perspectiveMatrix(draw, sample.image, size);
      expectClose(matrix, run.matrix.flat(), { abs: 1e-4 });
      const { candidates, kept } = movedObjects(sample, { matrix, scale: draw.scale, size, outlines });
      expect(kept.map(Number)).toEqual([...of("keep").data]);
      if (!hasKeypoints) expectClose(candidates.boxes, of("segment_boxes").data, within);
      const result = applyPerspective(sceneOf(sample), { draw, size, outlines });
      expect([...result.classes]).toEqual([...of("cls_out").data]);
      expectClose(result.boxes, of("boxes_out").data, within);
      if (hasKeypoints) expectClose(result.keypoints ?? [], of("keypoints_out").data, within);
      else expectClose(everyTenth(result), of("segments_out_every_tenth").data, within);
      if (tensors[`${name}.output_bgr`] === undefined) return;
      expect(difference(result.image, goldenImage(of("output_bgr")), 3).over).toBeLessThan(0.001);
    });
  }
});

/** Every tenth point of each outline. */
function everyTenth(objects: Objects): number[] {
  return flatPolygons(objects).filter((_, i) => Math.floor(i / 2) % 10 === 0);
}

const v5Perspective = "tasks/v5/perspective";
describeGolden(
  "perspective of outlines of YOLOv5 7.0",
  [`${v5Perspective}/settings.json`, `${v5Perspective}/perspective.safetensors`],
  () => {
    const tensors = goldenTensors(`${v5Perspective}/perspective.safetensors`);
    // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
    for (const [name, run] of Object.entries<any>(goldenJson(`${v5Perspective}/settings.json`).runs)) {
      it(`case ${name}`, () => {
        const of = reader(tensors, `${name}.`);
        const rows = of("targets").data;
        const sample: Sample = {
          image: goldenImage(of("input_bgr")),
          boxes: Float32Array.from(rows.filter((_, i) => i % 5 > 0)),
          classes: Int32Array.from(rows.filter((_, i) => i % 5 === 0)),
          polygons: Array.from({ length: rows.length / 5 }, (_, i) => of(`segment_${i}`).data as Float32Array),
        };
        const draw = goldenDraw(run.drawn);
        const result = applyPerspective(sceneOf(sample), { draw, size: sample.image, outlines: { clip: false } });
        const targets = of("targets_out").data;
        expect([...result.classes]).toEqual(run.kept_classes);
        expectClose(
          result.boxes,
          targets.filter((_, i) => i % 5 > 0),
          within,
        );
        const dense = { ...result, polygons: result.polygons?.map((one) => sampleOutline(one, 1000, true)) ?? [] };
        // Straight edges stay straight, but points along them move apart where there is perspective
        if (run.settings.perspective === 0) expectClose(everyTenth(dense), of("segments_out_every_tenth").data, within);
        expect(difference(result.image, goldenImage(of("output_bgr")), 3).over).toBeLessThan(0.001);
      });
    }
  },
);

describeGolden("copy-paste by share", ["tasks/data/copy_paste.json", "tasks/data/copy_paste.safetensors"], () => {
  const tensors = goldenTensors("tasks/data/copy_paste.safetensors");
  // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
  for (const [name, run] of Object.entries<any>(goldenJson("tasks/data/copy_paste.json"))) {
    it(`p ${run.p}`, () => {
      const of = reader(tensors, `${name}.`);
      const image = goldenImage(of("input_bgr"));
      const sample = { ...numbered(of("boxes")), image, polygons: goldenPolygons(of("segments")) };
      const result = copyPasteV8(sample, run.p);
      expect([...result.classes.subarray(5)]).toEqual(run.taken);
      expectClose(result.boxes, of("boxes_out").data, within);
      expectClose(flatPolygons(result), of("segments_out").data, within);
      expect(result.image).toEqual(goldenImage(of("output_bgr")));
    });
  }
});

describeGolden("labels of a finished image", ["tasks/data/format.json", "tasks/data/format.safetensors"], () => {
  const of = reader(goldenTensors("tasks/data/format.safetensors"));
  const [height, width] = goldenJson("tasks/data/format.json").height_width;
  const objects: Objects = { ...numbered(of("boxes")), polygons: goldenPolygons(of("segments")) };
  const polygons = objects.polygons ?? [];
  it.each([1, 4])("%d times smaller", (ratio) => {
    const { map, order } = overlapMasks(polygons, { width, height, ratio });
    const ordered = selectObjects(objects, [...order]);
    expect([...ordered.classes]).toEqual([...of(`overlap.ratio_${ratio}.cls`).data]);
    expectClose(xyxyToNormalizedXywh(ordered.boxes, { width, height }), of(`overlap.ratio_${ratio}.bboxes`).data, {
      abs: 1e-5,
    });
    expect([...map].join("")).toBe([...of(`overlap.ratio_${ratio}.masks`).data].join(""));
    const separate = separateMasks(polygons, { width, height, ratio });
    expect([...separate].join("")).toBe([...of(`separate.ratio_${ratio}.masks`).data].join(""));
  });

  it("oriented boxes", () => {
    const golden = of("obb.bboxes_xywhr").data;
    const sides = [width, height, width, height, 1];
    const pixels = Array.from(golden, (value, i) => value * (sides[i % 5] as number));
    const found = goldenPolygons(of("obb.points")).flatMap((points) => [
      ...cornersToRotated(points, points.length / 2),
    ]);
    expectClose(found, pixels, within);
  });
});

describe("outlines that an edge cuts", () => {
  const triangle: Objects = {
    boxes: Float32Array.of(-20, 10, 40, 50),
    classes: Int32Array.of(0),
    polygons: [Float32Array.of(-20, 10, 40, 30, -20, 50)],
  };

  it("keep their shape within the canvas of a mosaic", () => {
    const image = blankImage({ width: 64, height: 64 });
    const none = { image, boxes: new Float32Array(0), classes: new Int32Array(0) };
    const center = { x: 64, y: 64 };
    const scene = mosaic4([{ ...triangle, image }, none, none, none], { center, imgsz: 64, outlinePoints: 1000 });
    const mask = (polygon: Float32Array): string =>
      [...separateMasks([polygon], { width: 64, height: 64, ratio: 4 })].join("");
    const whole = resamplePolygon(triangle.polygons?.[0] as Float32Array, 1000);
    expect(mask(scene.polygons?.[0] as Float32Array)).toBe(mask(whole));
    expect(mask(whole)).toContain("1");
  });

  it("are not given points where no edge cuts them", () => {
    const image = blankImage({ width: 100, height: 100 });
    const inside = Float32Array.of(40, 40, 60, 40, 50, 60);
    const sample = { image, boxes: Float32Array.of(40, 40, 60, 60), classes: Int32Array.of(0), polygons: [inside] };
    const draw = goldenDraw({
      ...Object.fromEntries(
        ["perspective_x", "perspective_y", "shear_x_degrees", "shear_y_degrees"].map((k) => [k, 0]),
      ),
      angle_degrees: 90,
      scale: 1,
      translate_x_fraction: 0.5,
      translate_y_fraction: 0.5,
    });
    const { polygons } = applyPerspective(sceneOf(sample), { draw, size: image });
    expectClose(polygons?.[0] ?? [], [40, 60, 40, 40, 60, 50], { abs: 1e-4 });
  });
});
