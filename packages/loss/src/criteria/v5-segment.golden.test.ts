import {
  askedTestDevice,
  describeGolden,
  expectClose,
  goldenJson,
  goldenTargets,
  goldenTensors,
  objectsOfRows,
  usualDevices,
} from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { AnchorAssigner } from "../assigners/anchor-assigner.ts";
import { useTestDevice } from "../test-device.ts";
import { evaluateLoss, toAnchorMap, upload } from "../test-task-case.ts";
import { V5SegmentCriterion, type V5SegmentTargets } from "./v5-segment.ts";

/** The settings of a golden case. */
interface Case {
  nc: number;
  shape: [number, number];
  total: number;
  parts: Record<"box" | "seg" | "obj" | "cls", number>;
  hyp: Record<"box" | "cls" | "obj" | "anchor_t", number>;
  strides: number[];
  anchors_grid_units: [number, number][][];
  matches_per_layer: number[];
}

for (const name of ["overlap", "separate", "full_size_masks", "empty"]) {
  const folder = `tasks/v5/loss_${name}`;
  for (const device of usualDevices) {
    describeGolden(
      `YOLOv5's segmentation loss on ${askedTestDevice ?? device}, ${name}`,
      [`${folder}/inputs.safetensors`],
      () => {
        useTestDevice(device);

        it("has the reference's parts, gradients and matches", async () => {
          const golden: Case = goldenJson(`${folder}/settings.json`);
          const { targets: rows, masks, ...maps } = goldenTensors(`${folder}/inputs.safetensors`);
          const expected = goldenTensors(`${folder}/outputs.safetensors`);
          const [height, width] = golden.shape;
          const size = { count: maps.prototypes!.shape[0]!, height, width };
          const targets = goldenTargets({ ...objectsOfRows(rows!), masks }, size);
          const { strides, nc, anchors_grid_units: anchors, hyp } = golden;
          // The case's gains are fitted to its model already.
          const scale = { box: hyp.box, cls: (hyp.cls * 80) / nc, obj: hyp.obj * (640 / 32) ** 2 };
          const criterion = new V5SegmentCriterion(
            { strides, nc, anchors },
            { gains: scale, imgsz: 32, threshold: hyp.anchor_t },
          );
          const inputs = criterion.inputs({ ...size, images: new Uint8Array(0), targets });
          const evaluated = await evaluateLoss(
            maps,
            (xs) => [
              ...[0, 1, 2].map((level) => toAnchorMap(xs[`raw_${level}`]!)),
              tf.transpose(xs.prototypes as tf.Tensor4D, [0, 2, 3, 1]),
            ],
            (raw) => criterion.loss(raw, upload<V5SegmentTargets>(inputs)),
          );
          const { box, seg, obj, cls } = golden.parts;
          expectClose(evaluated.parts, [box, seg, obj, cls], { rel: 1e-5 });
          expectClose([evaluated.total], [golden.total], { rel: 1e-5 });
          for (const [input, gradient] of Object.entries(evaluated.gradients)) {
            expectClose(gradient, expected[`grad_${input}`]!.data, { abs: 5e-6, rel: 1e-3 });
          }
          const assigner = new AnchorAssigner({ anchors, strides, threshold: hyp.anchor_t });
          const { counts, images, rows: padded } = assigner.assign(targets, size);
          expect(counts).toEqual(golden.matches_per_layer);
          for (const [level, count] of counts.entries()) {
            const found = images.subarray(level * padded, level * padded + count);
            expect([...found]).toEqual([...expected[`layer${level}.image`]!.data]);
          }
          criterion.dispose();
        });
      },
    );
  }
}
