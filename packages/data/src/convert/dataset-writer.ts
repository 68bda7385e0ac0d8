import { constants } from "node:fs";
import { copyFile, link, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { renameIntoPlace, writeWhole } from "@lookonce/files";
import { dump } from "js-yaml";
import { readDatasetConfig } from "../dataset-config.ts";
import { LabelSpool } from "./label-spool.ts";

const firstLine = "# Written by lookonce data convert";

/** What becomes of the images: hard links (copies where the disk has no links), copies, or nothing. */
export type SaveImages = "link" | "copy" | "none";

/** Where a converted split goes. */
export interface Target {
  /** Folder of the data set. */
  output: string;
  /** `train`, `val` or `test`. */
  split: string;
  saveImages: SaveImages;
}

/**
 * Writes one split of a YOLO data set: `labels/<split>`, `images/<split>` and `data.yaml`, to which further splits can be
 * added. Everything is written beside its place and moved there by {@link finish}.
 */
export class DatasetWriter {
  readonly #target: Target;
  readonly #names: readonly string[];
  readonly #spool: LabelSpool;
  readonly #labelFiles: string[] = [];
  readonly #stems: Set<string> = new Set();
  #linked = false;

  private constructor(target: Target, names: readonly string[]) {
    this.#target = target;
    this.#names = names;
    this.#spool = new LabelSpool(join(this.#partial("labels"), ".spool"));
  }

  /** @throws LookonceError `ARGUMENT` when the folder contains something that would be mixed up or lost, `IO` */
  static async open(target: Target, names: readonly string[]): Promise<DatasetWriter> {
    await checkTarget(target);
    const before = await namesBefore(target);
    if (before !== undefined && before.join("\n") !== names.join("\n")) {
      throw new LookonceError(
        "ARGUMENT",
        `${yamlPath(target)} has the classes ${some(before)}, but the annotations have ${some(names)}: choose another output.`,
      );
    }
    const writer = new DatasetWriter(target, names);
    for (const part of ["labels", "images"]) await rm(writer.#partial(part), { recursive: true, force: true });
    await writer.#spool.open();
    return writer;
  }

  /**
   * Adds an image: its labels, none so far, and the file itself if it is known.
   *
   * @param name path below the split's folder, with `/`
   * @returns its number, or `undefined` when another image's labels have the same name
   */
  async addImage(name: string, source: string | undefined): Promise<number | undefined> {
    const stem = stemOf(name).toLowerCase();
    if (this.#stems.has(stem)) return undefined;
    this.#stems.add(stem);
    const number = this.#labelFiles.push(`${stemOf(name)}.txt`) - 1;
    if (this.#target.saveImages === "none" || source === undefined) return number;
    const place = join(this.#partial("images"), name);
    await mkdir(dirname(place), { recursive: true });
    await this.#place(source, place);
    this.#linked = true;
    return number;
  }

  /** Adds an object to an image that was taken in; a promise, if any, is waited for as in {@link LabelSpool.add}. */
  addRow(image: number, row: string): Promise<void> | undefined {
    return this.#spool.add(image, row);
  }

  /** Moves everything to its place and names the split in `data.yaml`, whose path it returns. */
  async finish(): Promise<string> {
    const { output, split } = this.#target;
    await this.#spool.finish(this.#labelFiles.map((file) => join(this.#partial("labels"), file)));
    for (const part of this.#linked ? ["labels", "images"] : ["labels"]) {
      const place = join(output, part, split);
      await renameIntoPlace(this.#partial(part), place);
    }
    const file = yamlPath(this.#target);
    const before = (await isOurs(file)) ? (await readDatasetConfig(file)).splits : {};
    const splits = { ...before, [split]: [`images/${split}`] };
    const lines = ["train", "val", "test"].flatMap((key) => splits[key]?.map((folder) => `${key}: ${folder}\n`) ?? []);
    const names = dump({ names: { ...this.#names } }, { lineWidth: -1 });
    await writeWhole(file, `${firstLine}\npath: .\n${lines.join("")}${names}`);
    return file;
  }

  /** Removes what {@link finish} would have moved. */
  async abandon(): Promise<void> {
    for (const part of ["labels", "images"]) await rm(this.#partial(part), { recursive: true, force: true });
  }

  async #place(source: string, place: string): Promise<void> {
    if (this.#target.saveImages === "link") {
      const linked = await link(source, place).then(
        () => true,
        () => false,
      );
      if (linked) return;
    }
    await copyFile(source, place, constants.COPYFILE_FICLONE);
  }

  #partial(part: string): string {
    return join(this.#target.output, part, `${this.#target.split}.partial`);
  }
}

/**
 * The classes of the `data.yaml` that an earlier conversion wrote there, or `undefined` when there is none.
 *
 * @throws LookonceError `ARGUMENT` when somebody else's file is there
 */
export async function namesBefore(target: Pick<Target, "output">): Promise<string[] | undefined> {
  const file = yamlPath(target);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  if (await isOurs(file)) return (await readDatasetConfig(file)).names;
  throw new LookonceError(
    "ARGUMENT",
    `${file} is not of lookonce data convert and stays as it is: choose another output.`,
  );
}

async function checkTarget({ output, split }: Target): Promise<void> {
  for (const part of ["labels", "images"]) {
    const folder = join(output, part, split);
    const names = await readdir(folder).catch(() => []);
    if (names.length > 0) {
      throw new LookonceError(
        "ARGUMENT",
        `${folder} already contains ${names.length} files: choose another output, or another split of train, val and test.`,
      );
    }
  }
}

async function isOurs(file: string): Promise<boolean> {
  return (await readFile(file, "utf8").catch(() => "")).startsWith(firstLine);
}

function yamlPath({ output }: Pick<Target, "output">): string {
  return join(output, "data.yaml");
}

function stemOf(name: string): string {
  return name.replace(/\.[^./]*$/, "");
}

function some(names: readonly string[]): string {
  return `${names.slice(0, 5).join(", ")}${names.length > 5 ? `, … (${names.length})` : ""}`;
}
