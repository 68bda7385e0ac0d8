import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { Dataset } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import type { BundledFile, FileRef, Storage } from "@lookonce/queue";
import { findWeightsFile } from "../find-weights-file.ts";
import type { FindModelOptions } from "../model-source.ts";

/** Copies a model's files into the storage. A shipped model file is everywhere and goes by its name. */
export async function shareModel(name: string, storage: Storage, options: FindModelOptions = {}): Promise<FileRef> {
  const { uploadFiles } = await import("@lookonce/queue");
  const file = await fileOf(name, options);
  if (file === undefined) return { path: name };
  const isGraph = extname(file) === ".json";
  // The weights of TensorFlow.js are files beside its model.json
  const names = isGraph ? readdirSync(dirname(file)).filter((one) => /\.(json|bin)$/.test(one)) : [basename(file)];
  const files = names.sort().map((one) => ({ name: one, file: join(dirname(file), one) }));
  return { bundle: await uploadFiles(storage, files), entry: basename(file) };
}

async function fileOf(name: string, options: FindModelOptions): Promise<string | undefined> {
  if (existsSync(name)) return statSync(name).isDirectory() ? join(name, "model.json") : name;
  if (/\.(pt|pth|safetensors)$/i.test(name)) return (await findWeightsFile(name, options)).file;
  const { findWeights } = await import("@lookonce/hub");
  if (extname(name) === "" && findWeights(`${name}.pt`)) return (await findWeightsFile(`${name}.pt`, options)).file;
  return undefined;
}

/** The model's name or file on a worker. */
export async function modelFile(ref: FileRef, place: { storage: Storage; cache: string }): Promise<string> {
  // A shipped model file is found by its name
  if ("path" in ref) return ref.path;
  const { localFile } = await import("@lookonce/queue");
  return localFile(ref, place);
}

/** Whether workers read files at their own paths: a shared folder is taken for a sign that they see these, too. */
export function seesPaths({ ref }: Storage): boolean {
  return !ref.url.startsWith("s3://");
}

/**
 * A data set for workers: its file where they see it, else its images and labels copied into the storage.
 *
 * @throws LookonceError `UNSUPPORTED` for a folder of classes, which cannot be copied
 */
export async function shareData(file: string, splits: readonly Dataset[], storage: Storage): Promise<FileRef> {
  if (seesPaths(storage)) return { path: resolve(file) };
  const { labelPath, readDatasetConfig } = await import("@lookonce/data");
  const { uploadFiles } = await import("@lookonce/queue");
  const { writeWhole } = await import("@lookonce/files");
  const { names, keypoints, hasClassFolders } = await readDatasetConfig(file);
  if (hasClassFolders) {
    const hint = "let all machines see its folder, and name a folder as storage";
    throw new LookonceError("UNSUPPORTED", `${file} is a folder of classes, which is not copied to S3: ${hint}.`);
  }
  const { mkdtemp, rm } = await import("node:fs/promises");
  const { tmpdir } = await import("node:os");
  const folder = await mkdtemp(join(tmpdir(), "lookonce-share-"));
  try {
    const files: BundledFile[] = [];
    const write = async (name: string, text: string): Promise<void> => {
      await writeWhole(join(folder, name), text, { flush: false });
      files.push({ name, file: join(folder, name) });
    };
    const content: Record<string, unknown> = { path: ".", names };
    for (const { entries, split } of splits) {
      content[split] = `${split}.txt`;
      await write(`${split}.txt`, entries.map(({ path }) => `./${bundledName(path)}\n`).join(""));
      for (const { path } of entries) {
        files.push({ name: bundledName(path), file: path });
        const labels = labelPath(path);
        if (existsSync(labels)) files.push({ name: bundledName(labels), file: labels });
      }
    }
    if (keypoints !== undefined) {
      const { shape, flip } = keypoints;
      Object.assign(content, { kpt_shape: shape }, flip === undefined ? {} : { flip_idx: flip });
    }
    await write("data.yaml", JSON.stringify(content));
    return { bundle: await uploadFiles(storage, files), entry: "data.yaml" };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Its whole path, so that names are apart and folders of images and of labels stay beside each other. */
function bundledName(path: string): string {
  return resolve(path)
    .replaceAll("\\", "/")
    .replace(/^[/:]+/, "")
    .replace(/^([A-Za-z]):/, "$1");
}
