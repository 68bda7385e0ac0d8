import { blankImage, encodeImage, type Image } from "@lookonce/image";
import { Random } from "@lookonce/random";
import {
  drawDetections,
  imageGrid,
  plotConfusionMatrix,
  plotCurve,
  plotEvolution,
  plotLabels,
  plotLines,
  plotResults,
} from "./index.ts";

/** A photograph's place: colors that run into each other. */
function scene(width: number, height: number): Image {
  const image = blankImage({ width, height });
  for (let i = 0; i < image.data.length; i++) {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    image.data[i] = 90 + (60 * x) / width + (80 * y * (1 + (i % 3))) / height / 3;
  }
  return image;
}

const names = ["person", "bicycle", "Fußgänger", "猫 & <b>"];

const detections = {
  boxes: Float32Array.of(40, 50, 180, 260, 200, 60, 380, 200, 150, 150, 320, 310, 330, 210, 470, 300),
  scores: Float32Array.of(0.93, 0.81, 0.64, 0.5),
  classes: Int32Array.of(0, 1, 2, 3),
  ids: Int32Array.of(7, 8, 9, 10),
  count: 4,
};

/** A person's 17 points in a box of 140 × 210 pixels at 40, 50. */
function person(): Float32Array {
  const rng = new Random("person");
  return Float32Array.from({ length: 4 * 17 * 3 }, (_, i) =>
    i >= 51 ? 0 : i % 3 === 2 ? 0.9 : i % 3 === 0 ? 40 + rng.uniform(10, 130) : 50 + (200 * i) / 51,
  );
}

const turned = Float32Array.of(60, 80, 180, 50, 210, 150, 90, 180, 250, 90, 400, 130, 380, 220, 230, 180);
const hole = [
  Float32Array.of(200, 60, 380, 60, 380, 200, 200, 200),
  Float32Array.of(250, 100, 330, 100, 330, 160, 250, 160),
];

async function grid(): Promise<Image> {
  const one = { image: scene(500, 320), boxes: detections.boxes, classes: detections.classes };
  return imageGrid(
    [{ ...one, caption: "000001.jpg" }, { ...one, scores: detections.scores }, { image: scene(20, 30) }],
    {
      names,
      cell: 300,
    },
  );
}

const rows = Array.from({ length: 30 }, (_, i) => ({
  epoch: i + 1,
  "train/box_loss": 2 / (i + 2),
  "val/box_loss": 2.2 / (i + 2),
  "metrics/mAP50(B)": 1 - 1 / (i + 2),
}));

const curves = ["cat", "dog"].map((name, k) => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => 1 - (i / 1000) ** (k + 2));
  return {
    name,
    ap50: 0.66 + k / 10,
    curves: { precision: values, recall: values, f1: values, precisionAtRecall: values },
  };
});
const png = (image: Promise<Image>): Promise<Uint8Array> => image.then((drawn) => encodeImage(drawn, ".png"));

/** Everything that is drawn, by its name, as PNG. */
const plots: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  detections: () => png(drawDetections(scene(500, 320), { detections, names })),
  "masks and trails": () =>
    png(
      drawDetections(scene(500, 320), {
        detections,
        names,
        masks: [[], hole, [], []],
        trails: [{ id: 7, points: [20, 300, 60, 280, 110, 260] }],
        zones: [
          { points: [300, 20, 480, 20, 480, 180], text: "gate 3" },
          { points: [10, 10, 200, 30], text: "line" },
        ],
      }),
    ),
  keypoints: () =>
    png(drawDetections(scene(500, 320), { detections, names, keypoints: { data: person(), shape: [17, 3] } })),
  "turned boxes": () =>
    png(
      drawDetections(scene(500, 320), {
        detections: { ...detections, count: 2, classes: Int32Array.of(0, 1) },
        names,
        rotated: turned,
      }),
    ),
  classes: () =>
    png(
      drawDetections(scene(300, 200), {
        detections: { ...detections, count: 0 },
        names,
        probs: Float32Array.of(0.1, 0.6, 0.2, 0.1),
      }),
    ),
  grid: () => png(grid()),
  results: () => plotResults(rows),
  matrix: () => plotConfusionMatrix({ size: 3, counts: [18, 2, 1, 1, 30, 0, 3, 4, 0] }, ["cat", "dog"]),
  curve: () => plotCurve("precision-recall", curves),
  labels: () =>
    plotLabels({
      names: ["cat", "dog"],
      labels: Int32Array.of(0, 1, 1),
      centers: Float32Array.of(0.5, 0.5, 0.3, 0.2, 0.7, 0.8),
      sizes: Float32Array.of(0.4, 0.3, 0.2, 0.2, 0.1, 0.3),
    }),
  evolution: () =>
    plotEvolution(
      Array.from({ length: 20 }, (_, i) => ({ fitness: 0.3 + ((i * 7) % 20) / 40, parameters: { lr0: i / 100 } })),
    ),
  lines: () =>
    plotLines(
      [{ title: "Schedule & more", xLabel: "epoch", yLabel: "rate", series: [{ name: "a", y: [1, 3, 2] }], smooth: 2 }],
      { title: "Lines" },
    ),
};

export const plotNames: readonly string[] = Object.keys(plots);

/** A plot's PNG file, in base64. */
export async function plot(name: string): Promise<string> {
  const bytes = (await plots[name]?.()) ?? new Uint8Array(0);
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}
