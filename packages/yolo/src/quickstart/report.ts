import { type QuickstartModel, quickstartModels } from "@lookonce/config";
import type { PlainBox } from "@lookonce/inference";
import type { ValidationResult } from "@lookonce/trainer";
import type { Agreement } from "./agreement.ts";
import { type DuplicateCount, duplicateIou } from "./duplicates.ts";
import type { ShapesTask } from "./shapes.ts";

/** Sizes of a quickstart; the model and its recipe are `shapesModel` and `shapesRecipe`. */
export interface QuickstartSettings {
  /** Images drawn to learn from and to validate on. */
  train: number;
  val: number;
  epochs: number;
  /** Seed of images, weights and order. */
  seed: number;
}

/** What a quickstart measured. */
export interface QuickstartFigures {
  task: { name: string } & Pick<ShapesTask, "model" | "finds" | "score">;
  /** Family of the small model. */
  family: QuickstartModel;
  settings: QuickstartSettings;
  /** Objects drawn. */
  instances: { train: number; val: number };
  model: { name: string; imgsz: number; batch: number; parameters: number; gflops: number };
  /** Seconds of each stage. */
  seconds: { draw: number; train: number; validate: number; total: number };
  validation: ValidationResult;
  /** The same by the head's one-to-one branch without suppression, and what it leaves in the unseen images; where it has one. */
  endToEnd: (DuplicateCount & { validation: ValidationResult }) | undefined;
  /** For each unseen image what was drawn and what was found. */
  unseen: { drawn: string[]; found: PlainBox[] }[];
  /** The data set, and the folder of unseen images, below the report's folder. */
  data: string;
  unseenFolder: string;
  export: { file: string; bytes: number };
  agreement: Agreement;
}

const [defaultModel] = quickstartModels;

/** The names of a table's scores that say how good a model is by themselves: all but precisions and recalls. */
export function measuresOf(scores: ValidationResult["table"][0]["scores"]): string[] {
  return Object.keys(scores).filter((name) => !/(^| )[PR]$/.test(name));
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What the branch without suppression reaches, in words. @param score the name of the score that counts */
export function describeEndToEnd(
  { validation, detections, duplicates }: NonNullable<QuickstartFigures["endToEnd"]>,
  score: string,
): string {
  const reached = `${score} ${percent(validation.table[0].scores[score] ?? 0)}`;
  const left = `${duplicates} of its ${detections} detections in the unseen images repeat another of their class at IoU over ${duplicateIou}`;
  return `Without suppression, by its one-to-one branch: ${reached}; ${left}.`;
}

/** The report of a quickstart, in Markdown, beside the images that it shows. */
export function writeReport(figures: QuickstartFigures): string {
  const { task, family, settings, instances, model, seconds, validation, endToEnd, unseen } = figures;
  const chosen = family === defaultModel ? "" : ` model=${family}`;
  const { train, val, epochs } = settings;
  const { name, imgsz, batch } = model;
  const count = (list: (image: QuickstartFigures["unseen"][number]) => unknown[]): number =>
    unseen.reduce((sum, image) => sum + list(image).length, 0);
  const { data, unseenFolder: folder } = figures;
  const [all] = validation.table;
  const columns = Object.keys(all.scores);
  const rows = validation.table.map(({ name: shape, instances: objects, scores }) => {
    return `| ${shape} | ${objects} | ${columns.map((column) => percent(scores[column] ?? 0)).join(" | ")} |`;
  });
  const scoreText = (column: string): string => `${column} ${percent(all.scores[column] ?? 0)}`;
  const others = measuresOf(all.scores).filter((column) => column !== task.score);
  const scores = [`**${scoreText(task.score)}**`, ...others.map(scoreText)].join(", ");
  return `# A first ${task.model}

Made by \`lookonce quickstart task=${task.name}${chosen}\` in ${seconds.total.toFixed(0)} seconds, from nothing but random numbers.

1. **Drawn:** ${train} images with ${instances.train} shapes to learn from and ${val} with ${instances.val} to validate on, ${imgsz} × ${imgsz} pixels (${seconds.draw.toFixed(1)} s).
2. **Trained:** ${name}, ${model.parameters.toLocaleString("en")} parameters, ${model.gflops.toFixed(2)} GFLOPs an image, from random weights, ${epochs} epochs in batches of ${batch} (${seconds.train.toFixed(0)} s).
3. **Validated** with the weights of the fittest epoch (${seconds.validate.toFixed(1)} s): ${scores}.${endToEnd === undefined ? "" : ` ${describeEndToEnd(endToEnd, task.score)}`}
4. **Tried** on ${unseen.length} images that it had never seen, with ${count(({ drawn }) => drawn)} shapes: ${count(({ found }) => found)} ${task.finds}, listed below.
5. **Exported** as ONNX (${(figures.export.bytes / 1e6).toFixed(1)} MB), and the file run on the same images: ${describeAgreement(figures.agreement)}

## What it learned from

![Images of the training set with their labels](training-samples.png)

## How it learned

![Losses and average precision by epoch](curves.png)

## What it finds in unseen images

![Detections](unseen-detected.png)

| image | drawn | found |
| --- | --- | --- |
${unseen.map(describeUnseen).join("\n")}

## Scores on the ${val} validation images

| class | objects | ${columns.join(" | ")} |
| --- | --- |${" --- |".repeat(columns.length)}
${rows.join("\n")}

The weights are \`train/weights/best.safetensors\`, the data set is \`${data}\`. Continue from here:

\`\`\`sh
lookonce predict model=train/weights/best.safetensors source=${folder} imgsz=${imgsz}
lookonce train model=train/weights/best.safetensors data=${data} imgsz=${imgsz} epochs=10
\`\`\`
`;
}

function describeUnseen({ drawn, found }: QuickstartFigures["unseen"][number], index: number): string {
  const list = found.map(({ name, confidence }) => `${name} ${confidence.toFixed(2)}`);
  return `| ${index + 1} | ${drawn.join(", ")} | ${list.length === 0 ? "nothing" : list.join(", ")} |`;
}

function describeAgreement({ counts, pixels, confidence }: Agreement): string {
  if (!Number.isFinite(pixels))
    return `it **differs**: ${counts[0]} detections by the model, ${counts[1]} by the file.`;
  return `the same ${counts[0]} detections, at most ${pixels.toPrecision(2)} pixels and ${confidence.toPrecision(2)} of confidence apart.`;
}
