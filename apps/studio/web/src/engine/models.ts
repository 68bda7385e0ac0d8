import type { Folder } from "../storage/folder.ts";
import { bestScore, type Run } from "./runs.ts";

/** Weights in the browser's storage: those of a training, or a file that was dropped. */
export interface StoredModel {
  /** Its file, below the studio's folder. */
  readonly path: string;
  readonly title: string;
  /** Of a training: its best mAP50. */
  readonly score?: number;
  /** Another one is another model under the same path. */
  readonly changed: number;
  /** Whether it is a file that was dropped, not of a training. */
  readonly isDropped: boolean;
  /** Whether training can start from it: exported models are to detect with. */
  readonly isTrainable: boolean;
}

/** Files of models that can be dropped. */
export const modelEnding = /\.(pt|pth|safetensors|onnx)$/i;

const modelsFolder = "models";

/** The best weights of all trainings, then the files that were dropped. */
export async function listModels(folder: Folder, runs: readonly Run[]): Promise<StoredModel[]> {
  const trained = runs.flatMap((run): StoredModel[] => {
    const score = bestScore(run);
    if (run.best === undefined) return [];
    const shared = { title: run.title, isDropped: false, isTrainable: true };
    return [{ ...run.best, ...shared, ...(score === undefined ? {} : { score }) }];
  });
  const names = (await folder.list(modelsFolder)).sort();
  const loaded = names.map(async (name): Promise<StoredModel> => {
    const path = `${modelsFolder}/${name}`;
    const changed = ((await folder.read(path)) as File | undefined)?.lastModified ?? 0;
    return { path, title: name, changed, isDropped: true, isTrainable: !/\.onnx$/i.test(name) };
  });
  return [...trained, ...(await Promise.all(loaded))];
}

/** Stores a dropped file. Returns its path. */
export async function storeModel(folder: Folder, file: File): Promise<string> {
  const path = `${modelsFolder}/${file.name.replaceAll(/[\\/:*?"<>|#%]/g, "-")}`;
  await folder.write(path, file);
  return path;
}

/** The file of a model, in memory: the one on disk may be written anew while it is read. */
export async function modelFile(folder: Folder, { path, title }: StoredModel): Promise<File> {
  const blob = await folder.read(path);
  if (blob === undefined) throw new Error(`${title} is not in the browser's storage any more.`);
  return new File([await blob.arrayBuffer()], path.slice(path.lastIndexOf("/") + 1));
}
