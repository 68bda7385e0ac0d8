import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { blankImage, type Size, writeImage } from "@lookonce/image";
import type { Random } from "@lookonce/random";

/** A folder of a test, with images in `images` and files of annotations. */
export class TestFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<TestFolder> {
    return new TestFolder(await mkdtemp(join(tmpdir(), "lookonce-annotations-")));
  }

  at(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  async image(name: string, size: Size): Promise<void> {
    await writeImage(this.at("images", name), blankImage(size, 9));
  }

  /** Writes a text and returns its path. */
  async write(name: string, text: string): Promise<string> {
    await mkdir(dirname(this.at(name)), { recursive: true });
    await writeFile(this.at(name), text);
    return this.at(name);
  }

  /** The rows of a label file of the converted data set, as numbers. */
  async rows(name: string): Promise<number[][]> {
    const text = await readFile(this.at("out", "labels", "train", `${name}.txt`), "utf8");
    return text.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ").map(Number)]));
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true });
  }
}

/** Kinds of labels that {@link randomDataset} draws. */
export type TestKind = "boxes" | "polygons" | "keypoints" | "rotated";

const names = ["cat", 'a "dog" & <owl>', "Müller"];

/** Writes a YOLO data set of random objects within the images, and returns its `data.yaml`. */
export async function randomDataset(folder: TestFolder, random: Random, kind: TestKind): Promise<string> {
  for (let i = 0; i < 3; i++) {
    const size = { width: random.integer(40, 200), height: random.integer(40, 200) };
    await folder.image(`image ${i}.png`, size);
    const rows = Array.from({ length: i === 2 ? 0 : random.integer(1, 6) }, () => randomRow(random, kind, size));
    await folder.write(`labels/image ${i}.txt`, rows.map((row) => `${row.join(" ")}\n`).join(""));
  }
  const keypoints = kind === "keypoints" ? "kpt_shape: [3, 3]\nkpt_names: [nose, left_eye, right_eye]\n" : "";
  return folder.write("data.yaml", `train: images\n${keypoints}names: ${JSON.stringify(names)}\n`);
}

function randomRow(random: Random, kind: TestKind, { width, height }: Size): number[] {
  const label = random.integer(0, names.length);
  const [w, h] = [random.uniform(0.1, 0.5), random.uniform(0.1, 0.5)];
  const [x, y] = [random.uniform(w / 2, 1 - w / 2), random.uniform(h / 2, 1 - h / 2)];
  const box = [x, y, w, h];
  const inBox = (): [number, number] => [x + w * random.uniform(-0.5, 0.5), y + h * random.uniform(-0.5, 0.5)];
  const shorten = (values: number[]): number[] => [label, ...values.map((value) => Number(value.toFixed(6)))];
  if (kind === "boxes") return shorten(box);
  if (kind === "polygons") {
    const count = random.integer(3, 9);
    return shorten(
      Array.from({ length: count }, (_, i) => (2 * Math.PI * i) / count).flatMap((turn) => {
        return [x + (w / 2) * Math.cos(turn), y + (h / 2) * Math.sin(turn)];
      }),
    );
  }
  if (kind === "keypoints") {
    // The first one is always seen, so that a box around them exists
    const points = [2, 1, 0].map((visibility) => (visibility === 0 ? [0, 0, 0] : [...inBox(), visibility]));
    return shorten([...box, ...points.flat()]);
  }
  const angle = random.uniform(0.05, 1.5);
  const side = Math.min(w * width, h * height) * 0.7;
  const [cos, sin] = [Math.cos(angle) / 2, Math.sin(angle) / 2];
  const corners = [-1, 1, 1, -1].map((u, i) => [u, i < 2 ? -1 : 1] as const);
  return shorten(
    corners.flatMap(([u, v]) => {
      const [dx, dy] = [u * side * cos - v * side * 0.5 * sin, u * side * sin + v * side * 0.5 * cos];
      return [x + dx / width, y + dy / height];
    }),
  );
}
