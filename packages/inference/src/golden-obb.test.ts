import { readCheckpoint } from "@lookonce/checkpoint";
import { ObbResults } from "@lookonce/families";
import { probiouMatrix } from "@lookonce/geometry";
import { modelFromCheckpoint } from "@lookonce/nn";
import { describeGolden, expectClose, goldenJson, sharedPath } from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import { Predictor } from "./index.ts";
import { useOnnxRuntime } from "./test-tiny-model.ts";

const folder = "tasks/e2e/obb";

/** An image of the golden case and what was found in it. */
interface Expected {
  file: string;
  /** x, y, w, h, r, confidence, class. */
  rows_xywhr_conf_cls: number[][];
  text_lines?: string[];
}

describeGolden("oriented boxes of a model trained by YOLOv8", [`${folder}/model.pt`, `${folder}/predict.json`], () => {
  beforeAll(useOnnxRuntime);
  // vocabulary-allow: pictures (a key of the golden files)
  const { conf, iou, imgsz, pictures } = goldenJson(`${folder}/predict.json`);

  it.each([0, 2])("are found again, with %i worker threads", async (workers) => {
    const path = sharedPath(`golden/${folder}/model.pt`);
    const model = modelFromCheckpoint(await readCheckpoint(path), path);
    const predictor = await Predictor.create({ model, imgsz, conf, iou, workers });
    expect(predictor.task).toBe("obb");
    // vocabulary-allow: pictures (a key of the golden files)
    const images = (pictures as Expected[]).map(({ file }) => sharedPath(`golden/${folder}/dataset/${file}`));
    const results = await predictor.predict(images).toArray();
    await predictor.dispose();
    let compared = 0;
    for (const [i, { boxes, entries }] of results.entries()) {
      const { rows_xywhr_conf_cls: rows } = pictures[i] as Expected; // vocabulary-allow: pictures
      const obb = entries.obb as ObbResults;
      expect(obb).toBeInstanceOf(ObbResults);
      const found = Array.from(boxes.scores, (score, k) => ({
        box: obb.xywhr.slice(5 * k, 5 * k + 5),
        score,
        label: boxes.classes[k],
      }));
      for (const [x, y, w, h, r, score = 0, label] of rows as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ][]) {
        const at = found.findIndex(
          (one) => one.label === label && (probiouMatrix(one.box, [x, y, w, h, r])[0] as number) > 0.98,
        );
        if (at < 0) expect(score, `${label} at ${x}, ${y}`).toBeLessThan(conf + 0.01);
        else {
          const [one] = found.splice(at, 1) as [(typeof found)[number]];
          expectClose([...one.box.subarray(0, 2), one.score], [x, y, score], { abs: 0.5 });
          expect(Math.abs(one.score - score)).toBeLessThan(0.01);
          compared++;
        }
      }
      for (const { score } of found) expect(score).toBeLessThan(conf + 0.01);
    }
    expect(compared).toBeGreaterThan(45);
  });
});
