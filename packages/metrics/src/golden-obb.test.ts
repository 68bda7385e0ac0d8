import { enclosingBoxes, probiouMatrix } from "@lookonce/geometry";
import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import { expect, it } from "vitest";
import { ConfusionMatrix } from "./confusion-matrix.ts";
import { evaluateDetections } from "./detection-metrics.ts";
import { matchDetections } from "./match-detections.ts";

const folder = "tasks/metrics/obb";

const predictions = `${folder}/pictures.safetensors`; // vocabulary-allow: pictures

describeGolden("metrics of rotated boxes", [predictions, `${folder}/result.json`], () => {
  const tensors = goldenTensors(predictions);
  const expected = goldenJson(`${folder}/result.json`);
  const data = (name: string): Float32Array => Float32Array.from(tensors[name]!.data);
  const images = Array.from({ length: expected.pictures as number /* vocabulary-allow: pictures */ }, (_, i) => {
    const [found, labeled] = [data(`${i}.pred_xywhr`), data(`${i}.gt_xywhr`)];
    const classes = Int32Array.from(data(`${i}.pred_cls`));
    return {
      detections: { count: classes.length, boxes: enclosingBoxes(found), scores: data(`${i}.pred_conf`), classes },
      labels: { boxes: enclosingBoxes(labeled), classes: data(`${i}.gt_cls`) },
      overlaps: probiouMatrix(found, labeled),
    };
  });

  it("overlaps and true positives", () => {
    images.forEach(({ detections, labels, overlaps }, i) => {
      const [rows, columns] = [labels.classes.length, detections.count];
      const wanted = tensors[`${i}.probiou`]?.data ?? new Float32Array(0);
      const turned = Array.from(
        { length: rows * columns },
        (_, k) => overlaps[(k % columns) * rows + Math.floor(k / columns)]!,
      );
      expectClose(turned, wanted, { abs: 1e-5 });
      expect([...matchDetections(detections, labels, { overlaps })]).toEqual([...data(`${i}.tp`)]);
    });
  });

  it("scores", () => {
    const { map50, map75, map50_95, precision, recall, fitness, perClass } = evaluateDetections(images, { nc: 3 });
    const { box } = expected;
    const means = [box.map50, box.map75, box.map, box.mp, box.mr, expected.fitness];
    expectClose([map50, map75, map50_95, precision, recall, fitness], means, { abs: 1e-6 });
    for (const [
      key,
      values,
    ] of [["precision", box.p], ["recall", box.r], ["f1", box.f1], ["ap50", box.ap50], ["ap", box.ap]] as const) // biome-ignore format: pairs
      expectClose(
        perClass.map((one) => one[key]),
        values,
        { abs: 1e-6 },
      );
    expect(perClass.map(({ instances }) => instances)).toEqual(expected.labels_per_class);
    expect(perClass.map((one) => one.images)).toEqual(expected.pictures_per_class); // vocabulary-allow: pictures
  });

  it.each([
    ["confidence_argument_0.01", 0.25],
    ["confidence_argument_0.4", 0.4],
  ])("confusion: %s", (name, conf) => {
    const confusion = new ConfusionMatrix(3, { conf });
    for (const image of images) confusion.add(image);
    const rows = [0, 1, 2, 3].map((row) => [0, 1, 2, 3].map((column) => confusion.at(row, column)));
    expect(rows).toEqual(expected.confusion_matrix_rows_predicted_last_is_background[name]);
  });
});
