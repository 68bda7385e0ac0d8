import { readCheckpoint } from "@lookonce/checkpoint";
import { boxIou } from "@lookonce/geometry";
import { type DetectionModel, modelFromCheckpoint } from "@lookonce/nn";
import { describeGolden, goldenJson, sharedPath } from "@lookonce/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { Predictor } from "./index.ts";
import { tinyModel, useOnnxRuntime } from "./test-tiny-model.ts";

const folder = "families/e2e";

/** Left, top, right, bottom, confidence, class. */
type Row = [number, number, number, number, number, number];

interface Expected {
  file: string;
  run: string;
  rows_xyxy_conf_cls: Row[];
}

/** Settings of a run, as the reference calls them. */
interface Run {
  nms?: boolean;
  conf?: number;
  iou?: number;
  max_det?: number;
  classes?: number[];
  agnostic_nms?: boolean;
}

/** Rows without a partner within half a pixel and 0.005, but for those so near the threshold that they may come or go. */
function unmatched(found: readonly Row[], expected: readonly Row[], conf: number): Row[] {
  const left = [...found];
  const missing = expected.filter((row) => {
    const at = left.findIndex(
      (one) => one[5] === row[5] && one.every((value, i) => Math.abs(value - row[i]!) <= (i < 4 ? 0.5 : 0.005)),
    );
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [...missing, ...left].filter((row) => row[4] > conf + 0.005);
}

describeGolden("YOLO26, trained by the reference, with suppression and without", [`${folder}/predict.json`], () => {
  const { runs, results }: { runs: Record<string, Run>; results: Expected[] } = goldenJson(`${folder}/predict.json`);
  let model: DetectionModel;
  beforeAll(async () => {
    await useOnnxRuntime();
    model = modelFromCheckpoint(await readCheckpoint(sharedPath(`golden/${folder}/model.pt`)), "model.pt");
  });

  it.each([
    { what: "with suppression", nms: true, workers: 0, most: 6 },
    { what: "without", nms: false, workers: 0, most: 6 },
    { what: "without, in a worker thread", nms: false, workers: 1, most: 3 },
  ])("finds the same $what", async ({ nms, workers, most }) => {
    const predictor = await Predictor.create({ model, nms, imgsz: 160, workers });
    for (const [name, run] of Object.entries(runs).filter(([, { nms: used = true }]) => used === nms)) {
      const {
        conf = 0.25,
        iou = 0.7,
        max_det: maxDet = 300,
        classes = [0, 1, 2],
        agnostic_nms: agnosticNms = false,
      } = run;
      const expected = results.filter((one) => one.run === name).slice(0, most);
      const images = expected.map(({ file }) => sharedPath(`golden/${folder}/dataset/${file}`));
      const found = await predictor.predict(images, { conf, iou, maxDet, classes, agnosticNms }).toArray();
      expect(found).toHaveLength(most);
      for (const [i, result] of found.entries()) {
        const rows = result.toJSON().boxes.map((b): Row => [b.x1, b.y1, b.x2, b.y2, b.confidence, b.class]);
        const { file, rows_xyxy_conf_cls: wanted } = expected[i] as Expected;
        expect(unmatched(rows, wanted, conf), `${name}, ${file}`).toEqual([]);
      }
    }
    await predictor.dispose();
  });
});

describeGolden("views of an image without suppression", [`${folder}/model.pt`], () => {
  it("are joined with it, for each shows every object", async () => {
    await useOnnxRuntime();
    const path = sharedPath(`golden/${folder}/model.pt`);
    const model = modelFromCheckpoint(await readCheckpoint(path), path);
    const predictor = await Predictor.create({ model, nms: false, imgsz: 160, workers: 0, augment: true });
    const { boxes } = await predictor.detect(sharedPath(`golden/${folder}/dataset/images/val/000.png`));
    await predictor.dispose();
    model.dispose();
    expect(boxes.count).toBeGreaterThan(1);
    const rows = Array.from({ length: boxes.count }, (_, i) => boxes.boxes.subarray(4 * i, 4 * i + 4));
    const overlaps = rows.flatMap((a, i) =>
      rows.slice(0, i).flatMap((b, k) => (boxes.classes[i] === boxes.classes[k] ? [boxIou(a, b)] : [])),
    );
    expect(Math.max(0, ...overlaps)).toBeLessThanOrEqual(0.7);
  });
});

describe("nms=false", () => {
  it("is refused for a model of one branch", async () => {
    const model = await tinyModel("v8");
    await expect(Predictor.create({ model, nms: false })).rejects.toThrow(
      "tiny-v8: nms=false needs a head with a one-to-one branch, as those of YOLO26 and YOLOv10",
    );
  });
});
