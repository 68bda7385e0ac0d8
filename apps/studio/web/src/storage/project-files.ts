import { parseJson } from "@lookonce/documents";
import { boxesOf, labelFile, yoloFiles } from "../files/yolo-files.ts";
import { emptyProject, type ImageEntry, newImage, type Project } from "../project/project.ts";
import type { Folder } from "./folder.ts";

/** What YOLO's layout has no place for. */
const notesFile = "studio.json";

type Notes = Pick<Project, "classes" | "split" | "nextId"> & { images: Omit<ImageEntry, "boxes">[] };

/** All text files of a project: the data set in YOLO's layout, and the studio's own notes. */
export function projectFiles(project: Project): Map<string, string> {
  const { classes, split, nextId } = project;
  const images = project.images.map(({ boxes: _, ...image }) => image);
  const notes: Notes = { classes, split, nextId, images };
  return yoloFiles(project).set(notesFile, `${JSON.stringify(notes)}\n`);
}

/**
 * Reads the project of a folder; an empty one where there is none. Boxes come from the label files, so that what training reads
 * is what is shown. Images that are not part of the project any more are removed.
 */
export async function readProject(folder: Folder): Promise<Project> {
  const blob = await folder.read(notesFile);
  if (blob === undefined) return emptyProject;
  const expected = "keys such as classes and images";
  const notes = parseJson(await blob.text(), { name: notesFile, expected }) as unknown as Notes;
  const there = await folder.list("images");
  const classIds = notes.classes.map(({ id }) => id);
  let { nextId } = notes;
  const images: ImageEntry[] = [];
  for (const noted of notes.images.filter(({ name }) => there.includes(name))) {
    const file = labelFile(noted.name);
    const text = await (await folder.read(file))?.text();
    const { boxes } = boxesOf(text ?? "", file, { classIds, firstId: nextId });
    nextId += boxes.length;
    images.push({ ...newImage(noted), ...noted, boxes });
  }
  const kept = new Set(images.map(({ name }) => name));
  for (const name of there) if (!kept.has(name)) await folder.remove(`images/${name}`);
  return { ...notes, images, nextId };
}

/** Writes a project into a folder after each change: only files whose text is another. */
export class ProjectSaver {
  readonly #folder: Folder;
  #written: Map<string, string>;
  #next: Project | undefined;
  #running: Promise<void> | undefined;

  /** @param saved the project as it is in the folder */
  constructor(folder: Folder, saved: Project) {
    this.#folder = folder;
    this.#written = projectFiles(saved);
  }

  /**
   * Saves a project. While an earlier one is being saved, the newest waits and those between are left out.
   *
   * @throws Error when a file cannot be written; the next call tries again what is missing
   */
  async save(project: Project): Promise<void> {
    this.#next = project;
    this.#running ??= this.#saveAll().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  async #saveAll(): Promise<void> {
    while (this.#next !== undefined) {
      const files = projectFiles(this.#next);
      this.#next = undefined;
      for (const [path, text] of files) {
        if (this.#written.get(path) === text) continue;
        await this.#folder.write(path, text);
        this.#written.set(path, text);
      }
      for (const path of this.#written.keys()) {
        if (files.has(path)) continue;
        await this.#folder.remove(path);
        this.#written.delete(path);
      }
    }
  }
}
