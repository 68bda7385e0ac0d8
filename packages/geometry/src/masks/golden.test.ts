import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import type { ImageSize } from "../formats.ts";
import type { Prototypes } from "../nms/prediction.ts";
import { type Letterboxing, letterboxingBetween, scalePoints } from "../scale.ts";
import { imageMasks, inputMasks, prototypeMasks } from "./combine-masks.ts";
import { maskContours } from "./contours.ts";
import { isEmptyMask, type Masks, maskBitmap, scaleMasks } from "./masks.ts";
import { maskPolygon } from "./polygon.ts";

type Tensor = { shape: number[]; data: ArrayLike<number> };

/** [channels, h, w] as prototypes [h, w, channels]. */
function prototypesOf({ shape, data }: Tensor): Prototypes {
  const [channels = 0, height = 0, width = 0] = shape;
  const cells = height * width;
  return {
    data: Float32Array.from(
      { length: data.length },
      (_, i) => data[(i % channels) * cells + Math.floor(i / channels)]!,
    ),
    shape: [height, width, channels],
  };
}

function expectMasks(masks: Masks, { shape, data }: Tensor, allowed = 5): void {
  const [count = 0, height = 0, width = 0] = shape;
  expect([masks.height, masks.width]).toEqual([height, width]);
  const differing = masks.patches.slice(0, count).map((patch, i) => {
    return maskBitmap(masks, patch).filter((value, at) => value !== data[i * height * width + at]).length;
  });
  expect(Math.max(...differing)).toBeLessThanOrEqual(allowed);
}

function sizeOf([height = 0, width = 0]: number[]): ImageSize {
  return { width, height };
}

describeGolden("masks of YOLOv8", ["tasks/pieces/masks.safetensors", "tasks/pieces/masks.json"], () => {
  const tensors = goldenTensors("tasks/pieces/masks.safetensors");
  const json = goldenJson("tasks/pieces/masks.json");
  const prototypes = prototypesOf(tensors.prototypes!);
  const coefficients = Float32Array.from(tensors.coefficients!.data);
  const boxes = Float32Array.from(tensors.boxes_input_xyxy!.data);
  const inInput = inputMasks({ prototypes, coefficients, boxes });

  it("at the resolution of the prototypes", () => {
    expectMasks(prototypeMasks({ prototypes, coefficients, boxes }), tensors.process_mask!);
  });

  it("in the network's input", () => {
    expectMasks(inInput, tensors.process_mask_upsampled!);
    const empty = Array.from({ length: boxes.length / 4 }, (_, i) => {
      const { shape, data } = tensors.process_mask_upsampled!;
      const size = shape[1]! * shape[2]!;
      return !Array.from(data.subarray(i * size, (i + 1) * size)).includes(1);
    });
    expect(inInput.patches.map(isEmptyMask)).toEqual(empty);
  });

  describe.each(Object.keys(json.originals))("in image %s", (key) => {
    const { height_width, padding_left_top, gain, given_ratio_pad } = json.originals[key];
    const size = sizeOf(height_width);
    const input = sizeOf(json.input_height_width);

    it("cropped after enlarging", () => {
      const inImage = Float32Array.from(tensors[`${key}.boxes_original_xyxy`]!.data);
      expectMasks(
        imageMasks({ prototypes, coefficients, boxes: inImage }, size),
        tensors[`${key}.process_mask_native`]!,
      );
    });

    it("scaled from those of the input", () => {
      expectMasks(scaleMasks(inInput, size), tensors[`${key}.upsampled_to_original_8bit`]!);
    });

    it("and points", () => {
      const points = tensors[`${key}.points`]!.data;
      const letterboxing = letterboxingBetween(input, size);
      expectClose([...letterboxing.ratio, ...letterboxing.padding], [gain, gain, ...padding_left_top], { abs: 1e-9 });
      const scaled = scalePoints(points, letterboxing, size);
      expectClose(scaled, tensors[`${key}.points_scaled`]!.data, { abs: 1e-3 });
      const [ratio, padding] = given_ratio_pad as [Letterboxing["ratio"], Letterboxing["padding"]];
      const given = scalePoints(points, { ratio, padding }, size);
      expectClose(given, tensors[`${key}.points_scaled_given_ratio_pad`]!.data, { abs: 1e-3 });
      const shares = scaled.map((value, i) => value / (i % 2 === 0 ? size.width : size.height));
      expectClose(shares, tensors[`${key}.points_scaled_normalized`]!.data, { abs: 1e-5 });
    });
  });
});

describeGolden("contours", ["tasks/pieces/contours.safetensors", "tasks/pieces/contours.json"], () => {
  const tensors = goldenTensors("tasks/pieces/contours.safetensors");
  const json = goldenJson("tasks/pieces/contours.json");
  const [, height = 0, width = 0] = tensors.masks!.shape;

  it.each(Array.from({ length: json.what.length }, (_, i) => ({ i, what: json.what[i] })))("of $what ($i)", ({ i }) => {
    const data = Uint8Array.from(tensors.masks!.data.subarray(i * height * width, (i + 1) * height * width));
    const patch = { left: 0, top: 0, width, height, data };
    const contours = maskContours(patch);
    expect(contours.length).toBe(json.outer_contours[i]);
    contours.forEach((contour, part) => {
      expect(Array.from(contour)).toEqual(Array.from(tensors[`${i}.contour_${part}`]!.data));
    });
    expect(Array.from(maskPolygon(patch))).toEqual(Array.from(tensors[`${i}.all`]!.data));
    expect(Array.from(maskPolygon(patch, "largest"))).toEqual(Array.from(tensors[`${i}.largest`]!.data));
  });
});

describeGolden("masks of YOLOv5", ["tasks/v5/masks/masks.safetensors", "tasks/v5/masks/settings.json"], () => {
  const tensors = goldenTensors("tasks/v5/masks/masks.safetensors");
  const json = goldenJson("tasks/v5/masks/settings.json");
  const source = {
    prototypes: prototypesOf(tensors.prototypes!),
    coefficients: Float32Array.from(tensors.coefficients!.data),
    boxes: Float32Array.from(tensors.boxes_input_xyxy!.data),
    sigmoid: true,
  };

  it("at the resolution of the prototypes", () => {
    expectMasks(prototypeMasks(source), tensors.crop_then_threshold!);
  });

  it("in the network's input, cropped before or after enlarging", () => {
    expectMasks(inputMasks(source), tensors.crop_then_upsample!);
    expectMasks(imageMasks(source, sizeOf(json.input_height_width)), tensors.upsample_then_crop!);
  });

  it("scaled to the image, and their largest contours", () => {
    const masks = inputMasks(source);
    const size = sizeOf(json.original_height_width);
    expectMasks(scaleMasks(masks, size, "truncated"), tensors.scaled_to_original_8bit!);
    masks.patches.forEach((patch, i) => {
      const polygon = maskPolygon(patch, "largest");
      expectClose(polygon, tensors[`${i}.largest_contour`]!.data, { abs: 1e-3 });
      const scaled = scalePoints(polygon, letterboxingBetween(masks, size), size);
      const fractions = scaled.map((value, at) => value / (at % 2 === 0 ? size.width : size.height));
      expectClose(fractions, tensors[`${i}.largest_contour_normalized`]!.data, { abs: 1e-5 });
    });
  });
});
