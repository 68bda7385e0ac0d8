import { LookonceError } from "@lookonce/errors";
import { join, readdir, readFile, renameIntoPlace, rm, writeWhole, writing } from "@lookonce/files";
import { dump } from "js-yaml";
import { type DatasetConfig, readDatasetFile } from "../dataset-config.ts";
import type { KeypointSpec } from "../labels.ts";
import { LabelSpool } from "./label-spool.ts";
import { placeImage, type SaveImages } from "./place-image.ts";

const firstLine = "# Written by lookonce data convert";

/** Where a converted split goes. */
export interface TargetOptions {
  /** Folder of the new data set; further splits can be added to it. */
  output: string;
  /** Default `train`. */
  split?: "train" | "val" | "test";
  /** Default `link`. */
  saveImages?: SaveImages;
}

/** What the labels of a data set are about. */
export interface LabelTerms {
  names: readonly string[];
  keypoints?: KeypointSpec | undefined;
}

/**
 * Writes one split of a YOLO data set: `labels/<split>`, `images/<split>` and `data.yaml`, to which further splits can be
 * added. Everything is written beside its place and moved there at the end.
 */
export class DatasetWriter {
  readonly #target: Required<TargetOptions>;
  readonly #spool: LabelSpool;
  readonly #labelFiles: string[] = [];
  readonly #stems: Set<string> = new Set();
  #linked = false;

  private constructor({ output, split = "train", saveImages = "link" }: TargetOptions) {
    this.#target = { output, split, saveImages };
    this.#spool = new LabelSpool(join(this.#partial("labels"), ".spool"));
  }

  /**
   * Writes a split; nothing half done is left behind.
   *
   * @param add adds the images and their objects
   * @returns what `add` returns, the path of `data.yaml` and its names
   * @throws LookonceError `ARGUMENT` when the folder contains something that would be mixed up or lost, `IO`; or as `add`
   */
  static async write<T>(
    target: TargetOptions,
    terms: LabelTerms,
    add: (writer: DatasetWriter) => Promise<T>,
  ): Promise<T & { yaml: string; names: string[] }> {
    const writer = new DatasetWriter(target);
    await checkTarget(writer.#target);
    const before = await configBefore(target.output);
    const { names, keypoints } = terms;
    if (before !== undefined && JSON.stringify(before.keypoints) !== JSON.stringify(keypoints)) {
      const contents = `has ${describeKeypoints(before)}, but the annotations have ${describeKeypoints(terms)}`;
      throw new LookonceError("ARGUMENT", `${before.file} ${contents}: choose another output.`);
    }
    if (before !== undefined && before.names.join("\n") !== names.join("\n")) {
      const contents = `has the classes ${some(before.names)}, but the annotations have ${some(names)}`;
      throw new LookonceError("ARGUMENT", `${before.file} ${contents}: choose another output.`);
    }
    await writing(target.output, () => writer.#removePartial());
    try {
      const added = await add(writer);
      return { yaml: await writer.#finish(terms), names: [...names], ...added };
    } catch (error) {
      // The failure that counts is the one that led here
      await writer.#removePartial().catch(() => {});
      throw error;
    }
  }

  /**
   * Adds an image: its labels, none so far, and the file or its bytes if they are known.
   *
   * @param name path below the split's folder, with `/`
   * @returns its number, or `undefined` when another image's labels have the same name
   */
  async addImage(name: string, source: string | Uint8Array | undefined): Promise<number | undefined> {
    const stem = stemOf(name).toLowerCase();
    if (this.#stems.has(stem)) return undefined;
    this.#stems.add(stem);
    const number = this.#labelFiles.push(`${stemOf(name)}.txt`) - 1;
    if (this.#target.saveImages === "none" || source === undefined) return number;
    const place = join(this.#partial("images"), name);
    if (typeof source === "string") await placeImage(source, place, this.#target.saveImages);
    else await writeWhole(place, source, { flush: false });
    this.#linked = true;
    return number;
  }

  /** Adds an object to an image that was taken in; a promise, if any, is waited for as in {@link LabelSpool.add}. */
  addRow(image: number, row: string): Promise<void> | undefined {
    return this.#spool.add(image, row);
  }

  async #finish(terms: LabelTerms): Promise<string> {
    const { output, split } = this.#target;
    await this.#spool.finish(this.#labelFiles.map((file) => join(this.#partial("labels"), file)));
    const parts = this.#linked ? ["labels", "images"] : ["labels"];
    try {
      for (const part of parts) await renameIntoPlace(this.#partial(part), join(output, part, split));
      return await this.#writeConfig(terms);
    } catch (error) {
      // A split without images or without its line in data.yaml would stand in the way of the next try
      for (const part of parts) await rm(join(output, part, split), { recursive: true, force: true }).catch(() => {});
      throw error;
    }
  }

  async #writeConfig({ names, keypoints }: LabelTerms): Promise<string> {
    const { output, split } = this.#target;
    const file = join(output, "data.yaml");
    const splits = { ...(await configBefore(output))?.splits, [split]: [`images/${split}`] };
    const lines = ["train", "val", "test"].flatMap((key) => splits[key]?.map((folder) => `${key}: ${folder}\n`) ?? []);
    const classes = dump({ names: { ...names } }, { lineWidth: -1 });
    const points = keypoints === undefined ? "" : dump(keypointKeys(keypoints), { lineWidth: -1, flowLevel: 1 });
    await writeWhole(file, `${firstLine}\npath: .\n${lines.join("")}${points}${classes}`);
    return file;
  }

  async #removePartial(): Promise<void> {
    for (const part of ["labels", "images"]) await rm(this.#partial(part), { recursive: true, force: true });
  }

  #partial(part: string): string {
    return join(this.#target.output, part, `${this.#target.split}.partial`);
  }
}

function keypointKeys({ shape, flip, names }: KeypointSpec): object {
  return {
    kpt_shape: [...shape],
    ...(flip === undefined ? {} : { flip_idx: [...flip] }),
    ...(names === undefined ? {} : { kpt_names: [...names] }),
  };
}

function describeKeypoints({ keypoints }: Pick<LabelTerms, "keypoints">): string {
  return keypoints === undefined
    ? "no keypoints"
    : `the keypoints ${JSON.stringify(keypointKeys(keypoints)).slice(0, 200)}`;
}

/** The `data.yaml` of an earlier conversion, if any; an `ARGUMENT` error where somebody else's file is there. */
export async function configBefore(output: string): Promise<DatasetConfig | undefined> {
  const file = join(output, "data.yaml");
  const text = await unlessMissing(file, readFile(file, "utf8"));
  if (text === undefined) return undefined;
  if (text.startsWith(firstLine)) return readDatasetFile(file);
  const what = "is not of lookonce data convert and stays as it is";
  throw new LookonceError("ARGUMENT", `${file} ${what}: choose another output.`);
}

async function checkTarget({ output, split }: Required<TargetOptions>): Promise<void> {
  for (const part of ["labels", "images"]) {
    const folder = join(output, part, split);
    const { length = 0 } = (await unlessMissing(folder, readdir(folder))) ?? {};
    if (length === 0) continue;
    const hint = "choose another output, or another split of train, val and test";
    throw new LookonceError("ARGUMENT", `${folder} already contains ${length} files: ${hint}.`);
  }
}

/** What was read, or `undefined` where there is nothing; what cannot be read is not taken for nothing, and not replaced. */
async function unlessMissing<T>(path: string, reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new LookonceError("IO", `cannot read ${path}: ${message}.`, { cause });
  }
}

function stemOf(name: string): string {
  return name.replace(/\.[^./]*$/, "");
}

function some(names: readonly string[]): string {
  return `${names.slice(0, 5).join(", ")}${names.length > 5 ? `, … (${names.length})` : ""}`;
}
