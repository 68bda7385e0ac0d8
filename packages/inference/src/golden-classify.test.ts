import { readCheckpoint } from "@lookonce/checkpoint";
import { ProbsResults } from "@lookonce/families";
import { modelFromCheckpoint } from "@lookonce/nn";
import { describeGolden, expectClose, goldenJson, sharedPath } from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import { Predictor } from "./index.ts";
import { useOnnxRuntime } from "./test-tiny-model.ts";

const folder = "tasks/e2e/classify";

/** An image of the golden case and its classes. */
interface Expected {
  file: string;
  probabilities: number[];
  top5: number[];
  text_lines?: string[];
}

describeGolden("classes by a model trained by YOLO11", [`${folder}/model.pt`, `${folder}/predict.json`], () => {
  beforeAll(useOnnxRuntime);
  const { imgsz, pictures } = goldenJson(`${folder}/predict.json`); // vocabulary-allow: pictures

  it("are the same", async () => {
    const path = sharedPath(`golden/${folder}/model.pt`);
    const model = modelFromCheckpoint(await readCheckpoint(path), path);
    const predictor = await Predictor.create({ model, imgsz, workers: 0 });
    expect(predictor.task).toBe("classify");
    const expected = pictures as Expected[]; // vocabulary-allow: pictures
    const results = await predictor
      .predict(expected.map(({ file }) => sharedPath(`golden/${folder}/dataset/${file}`)))
      .toArray();
    await predictor.dispose();
    for (const [i, { boxes, entries, names, inputSize }] of results.entries()) {
      const { probabilities, top5, text_lines: lines } = expected[i] as Expected;
      const probs = entries.probs as ProbsResults;
      expect(probs).toBeInstanceOf(ProbsResults);
      expect([boxes.count, inputSize]).toEqual([0, { width: imgsz, height: imgsz }]);
      expectClose(probs.data, probabilities, { abs: 0.01 });
      expectClose(
        probs.top5conf,
        top5.map((label) => probabilities[label] as number),
        { abs: 0.01 },
      );
      if (lines !== undefined)
        expect(
          probs
            .lines(names)
            .map((line) => line.slice(5))
            .sort(),
        ).toEqual(lines.map((line) => line.slice(5)).sort());
    }
    expect(results).toHaveLength(expected.length);
  });
});
