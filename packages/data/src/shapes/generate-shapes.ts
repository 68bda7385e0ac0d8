import { didYouMean, LookonceError } from "@lookonce/errors";
import { join, mkdir, readdir, readFile, rm, writeWhole, writing } from "@lookonce/files";
import { writeImage } from "@lookonce/image";
import { Random } from "@lookonce/random";
import type { LabelKind } from "../labels.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import type { OnProgress } from "../verify/verify-images.ts";
import { allShapeNames, type ShapeName } from "./outline.ts";
import { renderScene } from "./render-scene.ts";
import { drawScene, type Scene } from "./scene.ts";
import { type ShapeLabels, shapeLabels } from "./shape-labels.ts";

/** Options of {@link generateShapes}. */
export interface GenerateShapesOptions {
  /** Folder to write to: new, empty, or one that this function wrote before. */
  directory: string;
  /** Images to train on. Default 320. */
  train?: number;
  /** Images to validate on. Default 80. */
  val?: number;
  /** Side of the images, in pixels. Default 160. */
  size?: number;
  /** Equal seeds draw equal files. Default 0. */
  seed?: number;
  /** What the labels are. Default `boxes`. */
  labels?: LabelKind;
  /** Shapes to draw, in the order of their class numbers. Default: those that suit the labels, of boxes {@link shapeNames}. */
  classes?: readonly ShapeName[];
  /** Called with how many images are drawn. */
  onProgress?: OnProgress;
}

/** What {@link generateShapes} wrote. */
export interface GeneratedShapes {
  /** Path of the data set file or, where labels are folders, the data set's folder. */
  yaml: string;
  names: readonly ShapeName[];
  /** Images and shapes by split. */
  images: { train: number; val: number };
  instances: { train: number; val: number };
}

const firstLine = "# Shapes drawn by lookonce";

/**
 * Draws a data set in YOLO's layout: colored shapes, filled or outlined, turned and overlapping, on textured grounds.
 *
 * Writes `images/{train,val}/*.jpg`, `labels/{train,val}/*.txt` and `shapes.yaml`; where labels are folders, images of one shape
 * each as `{train,val}/<class>/*.jpg`. Labels are exact, from the shapes' geometry; a shape that is partly covered keeps its
 * whole box and outline. An image depends on the labels' kind, the seed, its split and its number alone.
 *
 * @throws LookonceError `ARGUMENT` for bad options or a folder that contains something else; `IO` when it cannot be written,
 *   and nothing half drawn is left
 */
export async function generateShapes(options: GenerateShapesOptions): Promise<GeneratedShapes> {
  const { directory, train = 320, val = 80, size = 160, seed = 0, labels = "boxes" } = options;
  const { classes = shapeLabels[labels].classes } = options;
  checkOptions({ train, val, size, classes });
  await clear(directory);
  try {
    return await draw({ ...options, train, val, size, seed, labels, classes });
  } catch (error) {
    // Without shapes.yaml, which comes last, the folder would be refused the next time
    await removeParts(directory).catch(() => {});
    throw error;
  }
}

async function draw(options: GenerateShapesOptions & DrawSettings): Promise<GeneratedShapes> {
  const { directory, train, val, size, seed, labels, classes, onProgress } = options;
  const { rules, row, keys = "" } = shapeLabels[labels];
  const rng = new Random(seed);
  const instances = { train: 0, val: 0 };
  let done = 0;
  for (const [split, count] of [["train", train] as const, ["val", val] as const]) {
    const numbers = Array.from({ length: count }, (_, i) => i);
    const objects = await mapConcurrently(numbers, 8, async (number) => {
      const source = rng.fork("shapes", split, number);
      // Every class comes as often as the others where an image shows one
      const shown = row === undefined ? classes.slice(number % classes.length).slice(0, 1) : classes;
      const scene = drawScene(source, shown, size, rules);
      const name = String(number).padStart(5, "0");
      const place = row === undefined ? join(split, shown[0] ?? "") : join("images", split);
      await writeImage(join(directory, place, `${name}.jpg`), renderScene(scene, source));
      if (row !== undefined) {
        const text = labelText(scene, classes, row);
        await writeWhole(join(directory, "labels", split, `${name}.txt`), text, { flush: false });
      }
      onProgress?.({ done: ++done, total: train + val });
      return scene.objects.length;
    });
    instances[split] = objects.reduce((a, b) => a + b, 0);
  }
  const yaml = join(directory, "shapes.yaml");
  await writeWhole(yaml, row === undefined ? folderText : yamlText(classes, keys));
  return { yaml: row === undefined ? directory : yaml, names: classes, images: { train, val }, instances };
}

type DrawSettings = Required<Pick<GenerateShapesOptions, "train" | "val" | "size" | "seed" | "labels" | "classes">>;

function checkOptions(options: Omit<DrawSettings, "seed" | "labels">): void {
  for (const [key, least] of [["train", 1] as const, ["val", 1] as const, ["size", 32] as const]) {
    if (!Number.isInteger(options[key]) || options[key] < least) {
      throw new LookonceError("ARGUMENT", `${key} must be a whole number of at least ${least}, not ${options[key]}.`);
    }
  }
  const { classes } = options;
  const unknown = classes.find((name) => !allShapeNames.includes(name));
  if (unknown !== undefined) {
    const hint = `there are ${allShapeNames.join(", ")}.${didYouMean(unknown, allShapeNames)}`;
    throw new LookonceError("ARGUMENT", `There is no shape "${unknown}"; ${hint}`);
  }
  if (classes.length === 0 || new Set(classes).size < classes.length) {
    const came = `[${classes.join(", ")}]`;
    throw new LookonceError("ARGUMENT", `classes must name at least one shape, each once, not ${came}.`);
  }
}

/** Makes room for the files, but only where nothing of somebody else's can be lost. */
async function clear(directory: string): Promise<void> {
  await writing(directory, () => mkdir(directory, { recursive: true }));
  if ((await readdir(directory)).length === 0) return;
  const yaml = await readFile(join(directory, "shapes.yaml"), "utf8").catch(() => "");
  if (!yaml.startsWith(firstLine)) {
    const what = "contains files that are not a data set of shapes";
    throw new LookonceError("ARGUMENT", `${directory} ${what}; name a new or an empty folder.`);
  }
  await writing(directory, () => removeParts(directory));
}

async function removeParts(directory: string): Promise<void> {
  for (const part of ["images", "labels", "train", "val"])
    await rm(join(directory, part), { recursive: true, force: true });
}

function labelText(scene: Scene, classes: readonly ShapeName[], row: NonNullable<ShapeLabels["row"]>): string {
  return scene.objects
    .map((object) => {
      // Visibilities are whole numbers
      const values = row(object, scene).map((value) => (Number.isInteger(value) ? String(value) : value.toFixed(6)));
      return `${classes.indexOf(object.shape)} ${values.join(" ")}\n`;
    })
    .join("");
}

function yamlText(classes: readonly ShapeName[], keys: string): string {
  const names = classes.map((name, i) => `  ${i}: ${name}\n`).join("");
  return `${firstLine}: not photographs, but quick to learn\npath: .\ntrain: images/train\nval: images/val\n${keys}\nnames:\n${names}`;
}

const folderText = `${firstLine}: the folder itself, with train/<class> and val/<class>, is the data set\n`;
