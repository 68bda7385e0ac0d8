import {
  type DecodedMaps,
  type Detections,
  decodeKeypoints,
  decodeMaps,
  decodeRotatedMaps,
  nonMaxSuppression,
  rotatedNonMaxSuppression,
} from "@lookonce/geometry";
import { Random } from "@lookonce/random";
import {
  describeGolden,
  enterTestDevice,
  expectClose,
  type GoldenTensor,
  goldenJson,
  goldenTensors,
} from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import {
  copyModel,
  DetectionModel,
  DetectV8,
  fuse,
  initialize,
  loadStateDict,
  OBB26,
  Pose26,
  Proto26,
  parseModelConfig,
  RealNvp,
  Segment26,
  stateDict,
} from "./index.ts";
import { channelsFirst, image, values } from "./test-golden.ts";
import { channels, heads, joined, loadHead, outputs, root } from "./test-heads.ts";

beforeAll(async () => {
  await enterTestDevice("javascript");
});

const names = Object.keys(heads);

/** The predictions of maps as prediction decodes them, in typed arrays. */
async function decodeArrays(head: DetectV8, maps: readonly tf.Tensor4D[]): Promise<DecodedMaps> {
  const arrays = await Promise.all(maps.map(async (map) => ({ data: await values(map), shape: map.shape })));
  const { nc, strides, regMax, anchors, extras, keypointShape, keypointOffsets, angles } = head;
  const spec = { nc, strides, regMax, anchors, extras, keypointShape, keypointOffsets, angles, endToEnd: true };
  const decoded = head instanceof OBB26 ? decodeRotatedMaps(arrays, spec, 0) : decodeMaps(arrays, spec, 0);
  return decodeKeypoints(decoded, arrays, spec);
}

/** Rows of box, score, class and extras as the reference selects them. */
function selectedRows(head: DetectV8, prediction: DecodedMaps): number[] {
  const options = { conf: 0, iou: 1, maxDet: 300 };
  const rotated = head instanceof OBB26 ? rotatedNonMaxSuppression(prediction, options)[0] : undefined;
  const found = rotated ?? (nonMaxSuppression(prediction, options)[0] as Detections);
  const { count, boxes, scores, classes, extras = new Float32Array(0) } = found;
  return Array.from({ length: count }, (_, i) => {
    const turned = rotated?.rotated.subarray(5 * i, 5 * i + 5);
    const box = turned?.subarray(0, 4) ?? boxes.subarray(4 * i, 4 * i + 4);
    const rest = turned?.subarray(4) ?? extras.subarray(head.extras * i, head.extras * (i + 1));
    return [...box, scores[i] as number, classes[i] as number, ...rest];
  }).flat();
}

describeGolden("heads of YOLO26 and YOLOv10", [`${root}/detect_dual_reg1/eval.safetensors`], () => {
  it.each(names)("%s in inference: raw maps and decoded boxes", async (name) => {
    const made = loadHead(name);
    const { head, settings, golden } = made;
    expect(head.parameterCount).toBe(settings.params);
    head.eval();
    const raw = outputs(made, heads[name]?.extras);
    expect([...raw.keys()].map((key) => `raw.${key}`).sort()).toEqual(
      Object.keys(golden)
        .filter((key) => key.startsWith("raw."))
        .sort(),
    );
    for (const [key, tensor] of raw) {
      expectClose(await values(tensor), (golden[`raw.${key}`] as GoldenTensor).data, { abs: 1e-4 });
    }
    const decoded = tf.transpose(head.decode(head.forward(made.inputs)), [0, 2, 1]);
    const expected = (golden.decoded ?? golden["decoded.0"]) as GoldenTensor;
    expect(decoded.shape).toEqual(expected.shape);
    expectClose(await values(decoded), expected.data, { abs: 1e-3 });
    const selected = (golden.top_k ?? golden["top_k.0"]) as GoldenTensor | undefined;
    if (selected === undefined) return;
    const { oneToOne } = head.splitMaps(head.forward(made.inputs));
    const typed = await decodeArrays(head, oneToOne);
    expectClose(typed.data, await values(head.decode(oneToOne)), { abs: 1e-3 });
    const rows = selectedRows(head, typed);
    expect(rows.length).toBe(selected.data.length);
    expectClose(rows, selected.data, { abs: 1e-3 });
  });

  it.each(["v10_detect", "segment26", "pose26"])(
    "%s keeps the branch that it is fused for, under its name, and nothing of training",
    async (name) => {
      for (const [branch, key, other] of [
        ["one2many", "", "one2one_"] as const,
        ["one2one", "one2one_", ""] as const,
      ]) {
        const made = loadHead(name);
        const { head, inputs } = made;
        const before = outputs({ ...made, head: head.eval() as DetectV8 }, heads[name]?.extras);
        await fuse(head, { branch });
        const children = [...new Set([...(await stateDict(head)).keys()].map((path) => path.split(".")[0]))].sort();
        const kept = [`${key}cv2`, `${key}cv3`];
        if (head.extras > 0) kept.push(`${key}cv4`);
        if (head instanceof Pose26) kept.push(`${key}cv4_kpts`);
        if (head instanceof Segment26) kept.push("proto");
        if (head.regMax > 1) kept.push("dfl");
        expect(children).toEqual(kept.sort());
        expect(head.branches).toEqual([branch]);
        expect(head.isEndToEnd).toBe(branch === "one2one");
        const { levels, oneToOne } = head.splitMaps(head.forward(inputs));
        expect([levels.length, oneToOne.length]).toEqual([3, 0]);
        const [boxes] = tf.split(joined(levels), [4 * head.regMax, -1], 1);
        expectClose(await values(boxes as tf.Tensor), await values(before.get(`${branch}.boxes`) as tf.Tensor), {
          abs: 1e-4,
        });
        await expect(fuse(head, { branch: other === "" ? "one2many" : "one2one" })).rejects.toThrow(
          /one-to-one branch/,
        );
      }
    },
  );
});

describe("a head of two branches", () => {
  it("reads the maps as constants in the one-to-one branch while it is trained", async () => {
    const head = new DetectV8(1, [2], { regMax: 1, endToEnd: true, boxWidth: 2, classWidth: 2 });
    initialize(head, new Random(3));
    const map = tf.randomNormal<tf.Rank.R4>([1, 2, 2, 2], 0, 1, "float32", 5);
    const gradient = (pick: "levels" | "oneToOne") => {
      return tf.grad((x) => tf.sum(head.splitMaps(head.forward([x as tf.Tensor4D]))[pick][0] as tf.Tensor))(map);
    };
    expect(Math.max(...(await values(tf.abs(gradient("levels")))))).toBeGreaterThan(0);
    expect(() => gradient("oneToOne")).toThrow(/gradient/i);
    head.eval();
    expect(Math.max(...(await values(tf.abs(gradient("oneToOne")))))).toBeGreaterThan(0);
  });

  it("starts with two equal branches", async () => {
    const file = {
      nc: 2,
      end2end: "True",
      reg_max: 1,
      backbone: [[-1, 1, "Conv", [8, 3, 2]]],
      head: [[[0], 1, "Detect", ["nc"]]],
    };
    const { head } = new DetectionModel(parseModelConfig(file), { rng: new Random(1) });
    const state = await stateDict(head);
    const second = [...state].filter(([path]) => path.startsWith("one2one_"));
    expect(second).toHaveLength(state.size / 2);
    for (const [path, { data }] of second) expect(data).toEqual(state.get(path.replace("one2one_", ""))?.data);
    expect([...(state.get("one2one_cv2.0.2.bias")?.data ?? [])]).toEqual([2, 2, 2, 2]);
    expect(Math.max(...(state.get("cv3.0.0.conv.weight")?.data ?? []))).toBeGreaterThan(0);
  });

  it("keeps its branch in copies of a fused model", async () => {
    const file = { nc: 2, end2end: true, backbone: [[-1, 1, "Conv", [8, 3, 2]]], head: [[[0], 1, "Detect", ["nc"]]] };
    for (const branch of ["one2one", "one2many", "all"] as const) {
      const model = await fuse(new DetectionModel(parseModelConfig(file), { rng: new Random(1) }), { branch });
      const copy = await copyModel(model);
      expect([...copy.slots().keys()]).toEqual([...model.slots().keys()]);
      expect(copy.head.branches).toEqual(branch === "all" ? ["one2many", "one2one"] : [branch]);
    }
  });

  it("is asked for by true or false", () => {
    const file = { end2end: "yes", backbone: [[-1, 1, "Conv", [8, 3, 2]]], head: [[[0], 1, "Detect", ["nc"]]] };
    expect(() => parseModelConfig(file, { name: "mine.yaml" })).toThrow('mine.yaml: end2end is "yes": True or False');
  });
});

describeGolden("parts of YOLO26's heads", [`${root}/real_nvp/eval.safetensors`], () => {
  const weights = (name: string) => new Map(Object.entries(goldenTensors(`${root}/${name}/weights.safetensors`)));

  it("RealNVP: the logarithm of a density and its gradient", async () => {
    const flow = new RealNvp();
    loadStateDict(flow, weights("real_nvp"));
    const golden = goldenTensors(`${root}/real_nvp/eval.safetensors`) as Record<string, GoldenTensor>;
    const points = tf.tensor2d(golden.input?.data as Float32Array, golden.input?.shape as [number, number]);
    const density = (x: tf.Tensor): tf.Tensor => flow.logProbability(x as tf.Tensor2D);
    expectClose(await values(density(points)), golden.log_probability?.data as Float32Array, { abs: 1e-4 });
    const gradient = tf.grad((x) => tf.sum(density(x)))(points);
    expectClose(await values(gradient), golden.grad_input_of_sum?.data as Float32Array, { abs: 1e-3, rel: 1e-3 });
  });

  it("prototypes from all levels, in inference and in training", async () => {
    const proto = new Proto26(channels, { hidden: 16, output: 8, activation: "silu", nc: 3 });
    expect(proto.parameterCount).toBe(goldenJson(`${root}/proto26/settings.json`).params);
    loadStateDict(proto, weights("proto26"));
    const golden = goldenTensors(`${root}/proto26/eval.safetensors`);
    const inputs = channels.map((_, i) => image(golden[`input.${i}`] as GoldenTensor));
    const run = (): tf.Tensor4D => proto.forward(proto.join(inputs));
    proto.eval();
    expectClose(await values(channelsFirst(run())), golden.output?.data as Float32Array, { abs: 1e-4 });
    const trained = goldenTensors(`${root}/proto26/train.safetensors`);
    proto.train();
    expectClose(await values(channelsFirst(run())), trained["output.0"]?.data as Float32Array, { abs: 1e-4 });
    const semantics = proto.semantics(proto.join(inputs)) as tf.Tensor4D;
    expectClose(await values(channelsFirst(semantics)), trained["output.1"]?.data as Float32Array, { abs: 1e-4 });
  });
});
