import { type GoldenTensor, goldenJson, goldenTensors } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { type BranchName, DetectV8, type DetectV8Options, loadStateDict, OBB26, Pose26, Segment26 } from "./index.ts";
import { channelsFirst, image } from "./test-golden.ts";

/** The folder of the cases. */
export const root = "families/modules";
/** Channels of the maps that the heads read. */
export const channels: readonly number[] = [16, 24, 32];
const single: DetectV8Options = { regMax: 1, depthwise: true };
const dual: DetectV8Options = { ...single, endToEnd: true };

/** Heads by case, and what the reference calls their extras. */
export const heads: Record<string, { make: () => DetectV8; extras?: string }> = {
  detect_single_reg1: { make: () => new DetectV8(3, channels, single) },
  detect_dual_reg1: { make: () => new DetectV8(3, channels, dual) },
  v10_detect: { make: () => new DetectV8(3, channels, { ...dual, regMax: 16 }) },
  segment26: {
    make: () => new Segment26(3, channels, { ...dual, masks: 8, hidden: 16 }),
    extras: "mask_coefficient",
  },
  pose26: { make: () => new Pose26(3, channels, { ...dual, keypointShape: [5, 3] }), extras: "kpts" },
  pose26_2d: { make: () => new Pose26(3, channels, { ...dual, keypointShape: [4, 2] }), extras: "kpts" },
  obb26: { make: () => new OBB26(3, channels, dual), extras: "angle" },
};

/** A head with the weights and the maps of its case. */
export interface HeadCase {
  head: DetectV8;
  settings: ReturnType<typeof goldenJson>;
  golden: Record<string, GoldenTensor>;
  inputs: tf.Tensor4D[];
}

/** Makes the head of a case. */
export function loadHead(name: string): HeadCase {
  const head = (heads[name] as (typeof heads)[string]).make();
  head.setStrides([8, 16, 32]);
  loadStateDict(head, new Map(Object.entries(goldenTensors(`${root}/${name}/weights.safetensors`))));
  const golden = goldenTensors(`${root}/${name}/eval.safetensors`);
  const inputs = channels.map((_, i) => image(golden[`input.${i}`] as GoldenTensor));
  return { head, settings: goldenJson(`${root}/${name}/settings.json`), golden, inputs };
}

/** The levels' maps as the reference joins them, [N, channels, A]. */
export function joined(maps: readonly tf.Tensor4D[]): tf.Tensor3D {
  const rows = maps.map((map) => tf.reshape(map, [map.shape[0], -1, map.shape[3]]) as tf.Tensor3D);
  return tf.transpose(tf.concat(rows, 1), [0, 2, 1]);
}

/** What the reference returns of each branch, by name: raw boxes, scores, extras and, in training, what only that has. */
export function outputs({ head, inputs }: HeadCase, extras: string | undefined): Map<string, tf.Tensor> {
  const all = new Map<string, tf.Tensor>();
  const { levels, oneToOne, prototypes } = head.splitMaps(head.forward(inputs));
  const branches = head.branches.length > 1 ? head.branches : [undefined];
  for (const [i, branch] of branches.entries()) {
    const prefix = branch === undefined ? "" : `${branch}.`;
    const sizes = [4 * head.regMax, head.nc, head.extras];
    const parts = tf.split(joined(i === 0 ? levels : oneToOne), sizes, 1);
    for (const [k, name] of ["boxes", "scores", extras].entries()) {
      if (name !== undefined) all.set(prefix + name, parts[k] as tf.Tensor);
    }
    if (head.training && head instanceof Pose26) {
      all.set(`${prefix}kpts_sigma`, joined(head.deviations(inputs, branch as BranchName)));
    }
    if (prototypes === undefined) continue;
    const name = `${prefix}proto${head.training ? ".0" : ""}`;
    all.set(name, channelsFirst(prototypes));
    if (!head.training || !(head instanceof Segment26)) continue;
    const semantics = head.proto.semantics(head.proto.join(inputs)) as tf.Tensor4D;
    all.set(`${prefix}proto.1`, channelsFirst(semantics));
  }
  return all;
}
