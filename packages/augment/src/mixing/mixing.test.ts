import { blankImage } from "@lookonce/image";
import { describeGolden, expectClose, type GoldenTensor, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import {
  copyPasteV8,
  cutMix,
  fittingCopies,
  flipLeftRight,
  freeAreas,
  mixUp,
  pasteMirrored,
  type Sample,
} from "../index.ts";
import { expectObjects, goldenImage, goldenObjects } from "../test-golden.ts";

describeGolden("mixup of YOLOv5", ["v5/augment/blend.json", "v5/augment/blend.safetensors"], () => {
  const tensors = goldenTensors("v5/augment/blend.safetensors");
  const runs = goldenJson("v5/augment/blend.json");
  for (const name of ["mixup", "mixup_even"]) {
    it(name, () => {
      const of = (role: string): GoldenTensor => tensors[runs[name].tensors[role]] as GoldenTensor;
      const result = mixUp(
        { ...goldenObjects(of("labels")), image: goldenImage(of("input")) },
        { ...goldenObjects(of("labels2")), image: goldenImage(of("input2")) },
        runs[name].ratio,
      );
      expect(result.image).toEqual(goldenImage(of("output")));
      expectObjects(result, of("output_labels"));
    });
  }
});

describeGolden("mixup of YOLOv8", ["v8/augment/mixup.json", "v8/augment/mixup.safetensors"], () => {
  it("is the same to the byte", () => {
    const tensors = goldenTensors("v8/augment/mixup.safetensors");
    const sample = (which: string): Sample => {
      const boxes = tensors[`${which}_boxes`]?.data as Float32Array;
      const image = goldenImage(tensors[`${which}_bgr`] as GoldenTensor);
      return { image, boxes, classes: new Int32Array(boxes.length / 4) };
    };
    const { ratio_of_first: share } = goldenJson("v8/augment/mixup.json");
    const result = mixUp(sample("first"), sample("second"), share);
    expect(result.image).toEqual(goldenImage(tensors.output_bgr as GoldenTensor));
    expectClose(result.boxes, tensors.boxes_out?.data as Float32Array, {});
  });
});

for (const [release, file, skipBlack] of [
  ["6.1", "copy_paste", true],
  ["7.0", "copy_paste_v70", false],
] as const) {
  const path = `v5/augment/${file}`;
  describeGolden(`copy-paste of YOLOv5 ${release}`, [`${path}.json`, `${path}.safetensors`], () => {
    const tensors = goldenTensors(`${path}.safetensors`);
    // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
    for (const [name, run] of Object.entries<any>(goldenJson(`${path}.json`))) {
      it(name, () => {
        const of = (role: string): GoldenTensor => tensors[run.tensors[role]] as GoldenTensor;
        const polygons = [0, 1, 2, 3].map((i) => of(`polygon${i}`).data as Float32Array);
        const sample = { ...goldenObjects(of("labels")), polygons, image: goldenImage(of("input")) };
        const mirrored = flipLeftRight(sample);
        const result = pasteMirrored(sample, fittingCopies(sample, mirrored, run.chosen), { skipBlack });
        expect(result.image).toEqual(goldenImage(of("output")));
        expectObjects(result, of("output_labels"));
        expect(result.polygons?.length).toBe(run.output_polygons);
        result.polygons?.forEach((polygon, i) => {
          expectClose(polygon, of(`output_polygon${i}`).data, { abs: 1e-3 });
        });
      });
    }
  });
}

describeGolden("copy-paste of YOLOv8", ["v8/augment/copy_paste.json", "v8/augment/copy_paste.safetensors"], () => {
  const tensors = goldenTensors("v8/augment/copy_paste.safetensors");
  // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
  for (const [name, run] of Object.entries<any>(goldenJson("v8/augment/copy_paste.json"))) {
    it(`p ${run.p}`, () => {
      const of = (role: string): GoldenTensor => tensors[`${name}.${role}`] as GoldenTensor;
      const outlines = (data: GoldenTensor["data"]): Float32Array[] =>
        Array.from({ length: data.length / 200 }, (_, i) => Float32Array.from(data.subarray(i * 200, i * 200 + 200)));
      const sample = {
        image: goldenImage(of("input_bgr")),
        boxes: of("boxes").data as Float32Array,
        classes: Int32Array.from(of("cls").data),
        polygons: outlines(of("segments").data),
      };
      const result = copyPasteV8(sample, run.p);
      expect([...result.classes]).toEqual([...of("cls_out").data]);
      expectClose(result.boxes, of("boxes_out").data, { abs: 1e-3 });
      expectClose(result.polygons?.flatMap((one) => [...one]) ?? [], of("segments_out").data, { abs: 1e-3 });
      expect(result.image).toEqual(goldenImage(of("output_bgr")));
    });
  }
});

describe("copyPasteV8", () => {
  const square = (x: number): Float32Array => Float32Array.of(x, 1, x + 2, 1, x + 2, 3, x, 3);
  const sample: Sample = {
    image: blankImage({ width: 12, height: 5 }, 9),
    boxes: Float32Array.of(1, 1, 3, 3),
    classes: Int32Array.of(4),
    polygons: [square(1)],
  };

  it("pastes objects of another image along their outline", () => {
    const other = {
      image: blankImage({ width: 12, height: 5 }, 200),
      boxes: Float32Array.of(6, 1, 8, 3, 1, 1, 3, 3),
      classes: Int32Array.of(1, 2),
      polygons: [square(6), square(1)],
    };
    const result = copyPasteV8(sample, 1, other);
    expect([...result.classes]).toEqual([4, 1]);
    const changed = Array.from({ length: 60 }, (_, i) => result.image.data[i * 3] === 200);
    expect(changed.flatMap((is, i) => (is ? [[i % 12, Math.floor(i / 12)]] : []))).toEqual(
      [1, 2, 3].flatMap((y) => [6, 7, 8].map((x) => [x, y])),
    );
  });

  it("leaves images without outlines alone", () => {
    const { polygons: _, ...plain } = sample;
    expect(copyPasteV8(plain, 1)).toBe(plain);
    expect(copyPasteV8(sample, 0)).toBe(sample);
  });
});

describe("cutMix", () => {
  const size = { width: 10, height: 8 };
  const sample: Sample = {
    image: blankImage(size, 1),
    boxes: Float32Array.of(0, 0, 3, 3),
    classes: Int32Array.of(0),
  };
  const other: Sample = {
    image: blankImage(size, 2),
    boxes: Float32Array.of(4, 4, 8, 8, 0, 0, 6, 5),
    classes: Int32Array.of(1, 2),
  };

  it("copies the area and what lies in it, cut off at its edges", () => {
    const result = cutMix(sample, other, { area: [5, 4, 9, 7] });
    expect([...result.classes]).toEqual([0, 1]);
    expect([...result.boxes]).toEqual([0, 0, 3, 3, 5, 4, 8, 7]);
    expect(result.image.data.filter((level) => level === 2).length).toBe(4 * 3 * 3);
    expect(result.image.data[(4 * 10 + 5) * 3]).toBe(2);
  });

  it("changes nothing when the area has no object", () => {
    expect(cutMix(sample, other, { area: [8, 0, 10, 3] })).toBe(sample);
  });

  it("finds areas that touch no box", () => {
    expect(
      freeAreas(sample, [
        [2, 2, 5, 5],
        [3, 0, 6, 4],
        [4, 4, 4, 6],
      ]),
    ).toEqual([[3, 0, 6, 4]]);
  });
});

describe("mixUp", () => {
  it("refuses images of two sizes", () => {
    const of = (width: number): Sample => ({
      image: blankImage({ width, height: 2 }),
      boxes: new Float32Array(0),
      classes: new Int32Array(0),
    });
    expect(() => mixUp(of(3), of(4), 0.5)).toThrow("letterbox them first");
  });
});
