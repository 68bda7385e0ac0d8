import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import { expect, it } from "vitest";
import { AnchorAssigner } from "./anchor-assigner.ts";

/** The settings of a golden case. */
interface Case {
  image_hw: [number, number];
  anchor_t: number;
  strides: number[];
  anchors_grid_units: [number, number][][];
  matches_per_layer: number[];
}

for (const name of ["three_layers", "four_layers", "three_layers_rectangular"]) {
  const file = `v5/build_targets/${name}`;
  describeGolden(`AnchorAssigner against the reference, ${name}`, [`${file}.json`], () => {
    it("makes the same rows in the same order", () => {
      const golden: Case = goldenJson(`${file}.json`);
      const tensors = goldenTensors(`${file}.safetensors`);
      const [height, width] = golden.image_hw;
      const rows = tensors.targets!;
      const targets = Array.from({ length: rows.shape[0]! }, (_, i) => {
        const [image, label, x, y, w, h] = rows.data.subarray(6 * i, 6 * i + 6) as unknown as number[];
        const center = { x: x! * width, y: y! * height };
        return { image: image!, label: label!, ...center, width: w! * width, height: h! * height };
      });
      const assigner = new AnchorAssigner({
        anchors: golden.anchors_grid_units,
        strides: golden.strides,
        threshold: golden.anchor_t,
      });
      const levels = assigner.match(targets, { height, width });
      expect(levels.map(({ length }) => length)).toEqual(golden.matches_per_layer);
      levels.forEach((matches, level) => {
        const expected = (field: string) => tensors[`layer${level}.${field}`]!.data;
        const actual = {
          class: matches.map(({ label }) => label),
          image: matches.map(({ image }) => image),
          anchor_index: matches.map(({ anchor }) => anchor),
          grid_x: matches.map(({ column }) => column),
          grid_y: matches.map(({ row }) => row),
          anchor: matches.flatMap(({ anchor }) => golden.anchors_grid_units[level]![anchor]!),
        };
        for (const [field, numbers] of Object.entries(actual))
          expect(numbers).toEqual([...expected(field)].map(Number));
        expectClose(
          matches.flatMap(({ box }) => box),
          expected("box"),
          { abs: 1e-5 },
        );
      });
    });
  });
}
