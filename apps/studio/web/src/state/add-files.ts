import { filesOfZip, type NamedBlob } from "../files/dataset-zip.ts";
import { freeName, isImageName, planImport } from "../files/plan-import.ts";
import { boxesOf, namesInYaml, proposalsOf } from "../files/yolo-files.ts";
import { addClass } from "../project/edit-classes.ts";
import { addImages } from "../project/edit-images.ts";
import { type ImageEntry, newImage, type Project } from "../project/project.ts";
import type { Folder } from "../storage/folder.ts";
import { readNewImage } from "../storage/thumbnails.ts";

/** What was added, and what was not. */
export interface Added {
  images: number;
  boxes: number;
  /** Sentences about what was left out. */
  leftOut: string[];
}

export interface AddFilesOptions {
  folder: Folder;
  project: () => Project;
  /** Called with the project after each few images, so that hundreds show while the others are read. */
  onProject: (project: Project) => void;
  onProgress: (done: number, total: number) => void;
}

/** Images that are added in one step. */
const atOnce = 16;

/** Files of which training and browsers read the same pixels; others are written anew as PNG. */
const keptEnding = /\.(jpe?g|png|webp|avif|bmp)$/i;

/**
 * Adds images to a project, with their labels where files in YOLO's layout come along, alone or in a zip file. Classes are
 * found by their names.
 */
export async function addFiles(given: readonly NamedBlob[], options: AddFilesOptions): Promise<Added> {
  const files = new Map((await unpacked(given)).map((file) => [file.path, file.blob]));
  const plan = planImport([...files.keys()]);
  const added: Added = { images: 0, boxes: 0, leftOut: [] };
  if (plan.passedOver > 0) added.leftOut.push(`${plan.passedOver} files are neither images nor labels.`);
  const names = plan.yaml === undefined ? undefined : namesInYaml(await textOf(files, plan.yaml), plan.yaml);
  for (let start = 0; start < plan.images.length; start += atOnce) {
    let project = options.project();
    const taken = new Set(project.images.map(({ name }) => name));
    const entries: ImageEntry[] = [];
    for (const { path, labels } of plan.images.slice(start, start + atOnce)) {
      try {
        const entry = await store(files.get(path) as Blob, path, { taken, folder: options.folder });
        taken.add(entry.name);
        const labeled =
          labels === undefined
            ? { project, entry }
            : withLabels(project, entry, await textOf(files, labels), { names, labels, added });
        project = labeled.project;
        entries.push(labeled.entry);
        added.images++;
      } catch (error) {
        if (error instanceof DOMException) throw error;
        added.leftOut.push(error instanceof Error ? error.message : String(error));
      }
    }
    options.onProject(addImages({ ...options.project(), classes: project.classes, nextId: project.nextId }, entries));
    options.onProgress(Math.min(start + atOnce, plan.images.length), plan.images.length);
  }
  return added;
}

async function unpacked(given: readonly NamedBlob[]): Promise<NamedBlob[]> {
  const isWanted = (path: string): boolean => isImageName(path) || /\.(txt|ya?ml)$/i.test(path);
  const lists = await Promise.all(
    given.map((file) => (/\.zip$/i.test(file.path) ? filesOfZip(file.blob, isWanted) : Promise.resolve([file]))),
  );
  return lists.flat();
}

async function textOf(files: ReadonlyMap<string, Blob>, path: string): Promise<string> {
  return (await files.get(path)?.text()) ?? "";
}

async function store(
  blob: Blob,
  path: string,
  { taken, folder }: { taken: Set<string>; folder: Folder },
): Promise<ImageEntry> {
  const { width, height, thumbnail } = await readNewImage(blob, path);
  const isKept = keptEnding.test(path);
  const name = freeName(path, taken, isKept ? undefined : ".png");
  await folder.write(`images/${name}`, isKept ? blob : await asPng(blob));
  await folder.write(`thumbnails/${name}`, thumbnail);
  return newImage({ name, width, height });
}

async function asPng(blob: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/png" });
}

/** An image with the boxes of its label file. Without a data set file, classes are called after their numbers. */
function withLabels(
  before: Project,
  entry: ImageEntry,
  text: string,
  { names, labels, added }: { names: readonly string[] | undefined; labels: string; added: Added },
): { project: Project; entry: ImageEntry } {
  let project = before;
  const count = names?.length ?? 1 + Math.max(-1, ...text.split("\n").map((line) => Number.parseInt(line, 10) || 0));
  const classIds = Array.from({ length: count }, (_, number) => {
    const result = addClass(project, names?.[number] ?? `class${number}`);
    project = result.project;
    return result.id;
  });
  const { proposals, labels: rows } = proposalsOf(text, labels, { classIds, firstId: project.nextId });
  const firstId = project.nextId + proposals.length;
  const { boxes, leftOut } = boxesOf(rows, labels, { classIds, firstId });
  if (leftOut > 0)
    added.leftOut.push(`${labels} has ${leftOut} ${leftOut === 1 ? "row" : "rows"} that cannot be used.`);
  added.boxes += boxes.length;
  return {
    project: { ...project, nextId: firstId + boxes.length },
    entry: { ...entry, boxes, proposals, isBackground: text.trim() === "" },
  };
}
