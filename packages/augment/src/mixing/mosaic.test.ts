import { blankImage } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { describeGolden, expectClose, type GoldenTensor, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import {
  applyPerspective,
  drawMosaic9Corner,
  drawMosaicCenter,
  drawScene,
  mosaic4,
  mosaic9,
  type PerspectiveDraw,
  type Sample,
  type Scene,
} from "../index.ts";
import { expectObjects, goldenImage, rowsOf } from "../test-golden.ts";

/** A perspective that only cuts out the middle. */
const still: PerspectiveDraw = {
  perspectiveX: 0,
  perspectiveY: 0,
  angle: 0,
  scale: 1,
  shearX: 0,
  shearY: 0,
  translateX: 0.5,
  translateY: 0.5,
};

/** A tile of YOLOv5's cases: labels and polygons are normalized. */
// biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
function tile(tensors: Record<string, GoldenTensor>, tiles: any, i: number): Sample {
  const of = (role: string): GoldenTensor => tensors[tiles.tensors[`tile${i}.${role}`]] as GoldenTensor;
  const image = goldenImage(of("picture")); // vocabulary-allow: picture
  const { width: w, height: h } = image;
  const rows = of("labels").data;
  const boxes: number[] = [];
  const classes: number[] = [];
  for (let k = 0; k < rows.length; k += 5) {
    const [one, x, y, bw, bh] = rows.subarray(k, k + 5) as unknown as [number, number, number, number, number];
    classes.push(one);
    boxes.push((x - bw / 2) * w, (y - bh / 2) * h, (x + bw / 2) * w, (y + bh / 2) * h);
  }
  const polygons = Array.from({ length: tiles.polygons_per_tile[i] }, (_, k) =>
    (of(`polygon${k}`).data as Float32Array).map((value, j) => value * (j % 2 === 0 ? w : h)),
  );
  const sample: Sample = { image, boxes: Float32Array.from(boxes), classes: Int32Array.from(classes) };
  return polygons.length > 0 ? { ...sample, polygons } : sample;
}

/** What the scene shows is the golden canvas, with its labels and polygons. */
function expectCanvas(scene: Scene, of: (role: string) => GoldenTensor, polygons: number): void {
  const drawn = drawScene(scene);
  expect(drawn.image).toEqual(goldenImage(of("canvas_before_perspective")));
  expectClose(rowsOf(drawn), of("labels_before_perspective").data, { abs: 1e-3 });
  const known = (drawn.polygons ?? []).filter(({ length }) => length > 0);
  expect(known.length).toBe(polygons);
  known.forEach((polygon, i) => {
    expectClose(polygon, of(`polygon${i}`).data, { abs: 1e-3 });
  });
}

/**
 * YOLOv5 6.1 pairs polygons and boxes by their position in the mosaic, so that where a tile has boxes without polygons the
 * later ones' polygons go to the wrong boxes, and the last boxes get none. We keep them paired; this is how it was there.
 */
function pairedAsInV5(scene: Scene): Scene {
  const known = (scene.polygons ?? []).filter(({ length }) => length > 0);
  const nowhere = Float32Array.of(-1, -1, -1, -1);
  return { ...scene, polygons: Array.from(scene.classes, (_, i) => known[i] ?? nowhere) };
}

for (const [count, mosaic] of [
  [4, mosaic4],
  [9, mosaic9],
] as const) {
  const path = `v5/augment/mosaic${count}`;
  describeGolden(`mosaic of ${count} of YOLOv5`, [`${path}.json`, `${path}.safetensors`], () => {
    const tensors = goldenTensors(`${path}.safetensors`);
    const { tiles, ...runs } = goldenJson(`${path}.json`);
    // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
    for (const [name, run] of Object.entries<any>(runs)) {
      it(name, () => {
        const of = (role: string): GoldenTensor => tensors[run.tensors[role]] as GoldenTensor;
        const samples = run.tile_order.map((i: number) => tile(tensors, tiles, i));
        const [y, x] = run.centre_yx; // vocabulary-allow: centre
        const scene = mosaic(samples, { center: { y, x }, imgsz: tiles.img_size, keepEmpty: true });
        const polygons = Object.keys(run.tensors).filter((role) => role.startsWith("polygon")).length;
        expectCanvas(scene, of, polygons);
        if (count === 4) {
          scene.tiles.forEach(({ left, top, ...part }, i) => {
            const { x1a, y1a, x2a, y2a, x1b, y1b } = run.rectangles[i];
            expect([part.x1, part.y1, part.x2, part.y2]).toEqual([x1a, y1a, x2a, y2a]);
            expect([part.x1 - left, part.y1 - top]).toEqual([x1b, y1b]);
          });
        } else {
          expect(scene.tiles.map(({ left, top }) => [left + x, top + y])).toEqual(
            // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
            run.rectangles.map((r: any) => [r.pad_x, r.pad_y]),
          );
        }
        const size = { width: tiles.img_size, height: tiles.img_size };
        const result = applyPerspective(pairedAsInV5(scene), {
          draw: still,
          size,
          outlines: { clip: false, closed: false },
        });
        expect(result.image).toEqual(goldenImage(of("output")));
        expectObjects(result, of("output_labels"));
      });
    }
  });
}

describeGolden("mosaic of YOLOv8", ["v8/augment/mosaic.json", "v8/augment/mosaic.safetensors"], () => {
  const tensors = goldenTensors("v8/augment/mosaic.safetensors");
  // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
  for (const [name, run] of Object.entries<any>(goldenJson("v8/augment/mosaic.json"))) {
    it(`case ${name}`, () => {
      // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form (vocabulary-allow: pictures)
      const samples: Sample[] = run.pictures.map((one: any, i: number) => {
        const boxes = tensors[`${name}.boxes_${i}`]?.data as Float32Array;
        const [height, width] = one.height_width;
        return { image: blankImage({ width, height }), boxes, classes: new Int32Array(boxes.length / 4) };
      });
      const [y, x] = run.centre_y_x; // vocabulary-allow: centre
      const scene = mosaic4(samples, { center: { y, x }, imgsz: run.imgsz });
      expect([scene.height, scene.width]).toEqual(run.canvas_height_width);
      scene.tiles.forEach(({ left, top, x1, y1, x2, y2 }, i) => {
        const expected = run.pictures[i]; // vocabulary-allow: pictures
        expect([left, top]).toEqual(expected.label_shift_x_y);
        expect([x1, y1, x2, y2]).toEqual(expected.canvas_xyxy);
        expect([x1 - left, y1 - top, x2 - left, y2 - top]).toEqual(expected.source_xyxy);
      });
      expectClose(scene.boxes, tensors[`${name}.boxes_out`]?.data as Float32Array, { abs: 1e-3 });
    });
  }
});

describe("mosaic", () => {
  it("lets four images touch its center and fills the rest with gray", () => {
    const samples = [10, 20, 30, 40].map((level, i) => ({
      image: blankImage({ width: 2, height: 1 }, level),
      boxes: Float32Array.of(0, 0, 2, 1),
      classes: Int32Array.of(i),
    }));
    const { image, boxes } = drawScene(mosaic4(samples, { center: { y: 1, x: 1 }, imgsz: 2 }));
    const reds = Array.from({ length: 16 }, (_, i) => image.data[i * 3]);
    expect(reds).toEqual([10, 20, 20, 114, 30, 40, 40, 114, ...Array(8).fill(114)]);
    expect([...boxes]).toEqual([0, 0, 1, 1, 1, 0, 3, 1, 0, 1, 1, 2, 1, 1, 3, 2]);
  });

  it("draws centers from the canvas's middle half, and corners of nine below imgsz", () => {
    const rng = new Random("mosaic");
    for (let i = 0; i < 200; i++) {
      for (const value of Object.values(drawMosaicCenter(64, rng))) expect(value >= 32 && value < 96).toBe(true);
      for (const value of Object.values(drawMosaic9Corner(64, rng))) expect(value >= 0 && value < 64).toBe(true);
    }
  });
});
