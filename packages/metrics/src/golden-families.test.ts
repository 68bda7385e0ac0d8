import { makeDetections } from "@lookonce/geometry";
import { describeGolden, expectClose, type GoldenTensor, goldenJson, goldenTensors } from "@lookonce/testing";
import { expect, it } from "vitest";
import { evaluateDetections } from "./detection-metrics.ts";
import type { EvaluatedImage } from "./image.ts";
import { matchDetections } from "./match-detections.ts";

const cases = ["val_default", "val_end_to_end"];
const files = cases.flatMap((name) => [`families/e2e/${name}.json`, `families/e2e/${name}.safetensors`]);

/** The images of a stored validation: detections and labels in pixels of the network's input. */
function imagesOf(tensors: Record<string, GoldenTensor>, count: number): EvaluatedImage[] {
  const data = (name: string): number[] => Array.from(tensors[name]?.data ?? []);
  const [rows, boxes, classes] = [data("rows"), data("target_boxes_xyxy"), data("target_cls")];
  const [owners, labelOwners] = [data("picture"), data("target_picture")]; // vocabulary-allow: picture
  const rowsOf = (image: number): number[][] =>
    owners.flatMap((owner, i) => (owner === image ? [rows.slice(6 * i, 6 * i + 6)] : []));
  return Array.from({ length: count }, (_, image) => {
    const found = rowsOf(image);
    const labels = labelOwners.flatMap((owner, i) => (owner === image ? [i] : []));
    return {
      detections: makeDetections(
        found.flatMap((row) => row.slice(0, 4)),
        found.map((row) => row[4]!),
        found.map((row) => row[5]!),
      ),
      labels: {
        boxes: labels.flatMap((i) => boxes.slice(4 * i, 4 * i + 4)),
        classes: labels.map((i) => classes[i]!),
      },
    };
  });
}

describeGolden("metrics of Ultralytics 8.4", files, () => {
  it.each(cases)("follow from the detections of %s", (name) => {
    const expected = goldenJson(`families/e2e/${name}.json`);
    const tensors = goldenTensors(`families/e2e/${name}.safetensors`);
    const images = imagesOf(tensors, expected.pictures_in_order.length); // vocabulary-allow: pictures
    const rules = "8.4";
    const correct = images.flatMap(({ detections, labels }) => {
      return Array.from(matchDetections(detections, labels, { rules }));
    });
    expect(correct).toEqual(Array.from(tensors.true_positive!.data));
    const result = evaluateDetections(images, {
      ...{ nc: 3, rules, confusion: { conf: expected.confidence } },
      fitness: { map50: 0, map50_95: 1 },
    });
    const exact = { abs: 1e-6 };
    const { precision, recall, map50, map75, map50_95, fitness } = result;
    const { mp, mr } = expected;
    expectClose([precision, recall, fitness], [mp, mr, expected.fitness], exact);
    expectClose([map50, map75, map50_95], [expected.map50, expected.map75, expected.map50_95], exact);
    const column = (key: "precision" | "recall" | "f1"): number[] => result.perClass.map((one) => one[key]);
    expectClose(column("precision"), expected.p, exact);
    expectClose(column("recall"), expected.r, exact);
    expectClose(column("f1"), expected.f1, exact);
    expect(result.perClass.map((one) => one.instances)).toEqual(expected.labels_per_class);
    expect(result.perClass.map((one) => one.images)).toEqual(expected.pictures_per_class); // vocabulary-allow: pictures
    const means = expected.all_ap.map((row: number[]) => row.reduce((sum, ap) => sum + ap, 0) / row.length);
    expectClose(result.perClass.map((one) => one.ap), means, exact); // biome-ignore format: one line
    expectClose(result.perClass.map((one) => one.ap50), expected.all_ap.map(([ap]: number[]) => ap), exact); // biome-ignore format: one line
    expect(Array.from(result.confusion.counts)).toEqual(expected.confusion_matrix.flat());
  });
});
