import { boxRow, parseLabels } from "@lookonce/data/formats";
import { type Document, parseYaml } from "@lookonce/documents";
import { dealImages, type SplitName } from "../project/deal-images.ts";
import type { Box, ClassEntry, ImageEntry, Project, Proposal } from "../project/project.ts";
import { isLabeled } from "../project/project.ts";

/** Where the labels of an image lie: `labels/` and its name, ending in `.txt`. */
export function labelFile(image: string): string {
  return `labels/${stemOf(image)}.txt`;
}

/** A file's name without folder and ending. */
export function stemOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
}

const textsByImage = new WeakMap<ImageEntry, { classes: readonly ClassEntry[]; text: string }>();

/** The rows `class cx cy w h` of an image's boxes. Boxes are cut off at the image's border. */
export function labelText(image: ImageEntry, classes: readonly ClassEntry[]): string {
  const known = textsByImage.get(image);
  if (known?.classes === classes) return known.text;
  const numbers = new Map(classes.map(({ id }, i) => [id, i]));
  const { width, height } = image;
  const rows = image.boxes.flatMap(({ classId, x1, y1, x2, y2 }) => {
    const label = numbers.get(classId);
    const corners = [x1 * width, y1 * height, x2 * width, y2 * height] as const;
    return (label === undefined ? undefined : boxRow(label, corners, image)?.text) ?? [];
  });
  const text = rows.map((row) => `${row}\n`).join("");
  textsByImage.set(image, { classes, text });
  return text;
}

/**
 * The boxes of a label file; of outlines, the boxes around them. Rows that are wrong are left out and counted.
 *
 * @param classIds ids by class number
 * @param firstId id of the first box
 */
export function boxesOf(
  text: string,
  file: string,
  { classIds, firstId }: { classIds: readonly number[]; firstId: number },
): { boxes: Box[]; leftOut: number } {
  const { classes, boxes, problems } = parseLabels(text, file, classIds.length);
  const parsed = Array.from(classes, (label, i): Box => {
    const [cx = 0, cy = 0, w = 0, h = 0] = boxes.subarray(i * 4, i * 4 + 4);
    return {
      ...{ id: firstId + i, classId: classIds[label] as number },
      ...{ x1: cx - w / 2, y1: cy - h / 2, x2: cx + w / 2, y2: cy + h / 2 },
    };
  });
  return { boxes: parsed, leftOut: problems.length };
}

/**
 * The rows `class cx cy w h confidence` of a label file, as `lookonce predict save_txt=true save_conf=true` writes them: what a
 * model proposes. Returns the other rows as text.
 */
export function proposalsOf(
  text: string,
  file: string,
  { classIds, firstId }: { classIds: readonly number[]; firstId: number },
): { proposals: Proposal[]; labels: string } {
  const rows = text.split("\n").map((line) => line.trim().split(/\s+/));
  const isProposal = (words: readonly string[]): boolean => words.length === 6;
  const proposals = rows.filter(isProposal).flatMap((words, i): Proposal[] => {
    const [box] = boxesOf(words.slice(0, 5).join(" "), file, { classIds, firstId: firstId + i }).boxes;
    return box === undefined ? [] : [{ ...box, confidence: Number(words[5]) || 0 }];
  });
  const labels = rows.filter((words) => !isProposal(words)).map((words) => words.join(" "));
  return { proposals, labels: labels.join("\n") };
}

/** The text files of a data set in YOLO's layout by their paths; images lie beside them in `images/`. */
export function yoloFiles(project: Project): Map<string, string> {
  const splits = dealImages(project);
  const files = new Map<string, string>();
  for (const image of project.images) {
    // An image without a file is unlabeled, one with an empty file is background
    if (isLabeled(image)) files.set(labelFile(image.name), labelText(image, project.classes));
  }
  for (const split of ["train", "val"] as const) files.set(`${split}.txt`, listText(splits, split));
  files.set("data.yaml", dataYaml(project.classes.map(({ name }) => name)));
  return files;
}

function listText(splits: ReadonlyMap<string, SplitName>, split: SplitName): string {
  const names = [...splits].filter(([, of]) => of === split).map(([name]) => name);
  return names
    .sort()
    .map((name) => `./images/${name}\n`)
    .join("");
}

/** The data set file. Strings of JSON are strings of YAML, whatever a class is called. */
function dataYaml(names: readonly string[]): string {
  const list = names.map((name, i) => `  ${i}: ${JSON.stringify(name)}\n`).join("");
  return `path: .\ntrain: train.txt\nval: val.txt\nnames:${list === "" ? " {}\n" : `\n${list}`}`;
}

/**
 * Class names of a data set file by class number.
 *
 * @throws LookonceError `FORMAT` when it is no YAML
 */
export function namesInYaml(text: string, file: string): string[] {
  const { names = {} }: Document = parseYaml(text, { name: file, expected: "keys such as train: and names:" });
  return Object.values(names as object).map(String);
}
