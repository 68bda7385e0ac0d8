import type { NamedBlob } from "../files/dataset-zip.ts";
import { change, type History, redo, startHistory, undo } from "../project/history.ts";
import type { Project } from "../project/project.ts";
import type { Folder } from "../storage/folder.ts";
import { ProjectSaver, readProject } from "../storage/project-files.ts";
import { type Added, addFiles } from "./add-files.ts";

/** What the page shows of a project at a moment. */
export interface Snapshot {
  readonly project: Project;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly saving: boolean;
  /** Why the last change is not saved. */
  readonly saveError: string | undefined;
  /** Images being added. */
  readonly adding: { done: number; total: number } | undefined;
  /** What was added last, or why it was not. */
  readonly added: Added | undefined;
}

/** A project in the browser's storage: changes that can be undone, each saved at once. */
export class Studio {
  readonly folder: Folder;
  readonly #saver: ProjectSaver;
  readonly #listeners = new Set<() => void>();
  #history: History<Project>;
  #snapshot: Snapshot;

  private constructor(folder: Folder, project: Project) {
    this.folder = folder;
    this.#saver = new ProjectSaver(folder, project);
    this.#history = startHistory(project);
    this.#snapshot = {
      ...{ project, canUndo: false, canRedo: false },
      ...{ saving: false, saveError: undefined, adding: undefined, added: undefined },
    };
  }

  /** Opens the project of a folder, or starts one there. */
  static async open(folder: Folder): Promise<Studio> {
    return new Studio(folder, await readProject(folder));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Snapshot => this.#snapshot;

  get project(): Project {
    return this.#history.present;
  }

  /**
   * Changes the project as a step that can be undone, and saves it.
   *
   * @param key joins it to the step before when that had the same key
   */
  edit(next: Project | ((project: Project) => Project), key?: string): void {
    this.#move(change(this.#history, typeof next === "function" ? next(this.project) : next, key));
  }

  undo(): void {
    this.#move(undo(this.#history));
  }

  redo(): void {
    this.#move(redo(this.#history));
  }

  /** Saves again what could not be saved. */
  retry(): void {
    void this.#save();
  }

  /** Waits until the project is saved, for those who read its files. @throws Error when it cannot be */
  saved(): Promise<void> {
    return this.#saver.save(this.project);
  }

  /** Adds images, and labels and classes that come along. It can be undone as one step. */
  async addFiles(files: readonly NamedBlob[]): Promise<void> {
    if (files.length === 0 || this.#snapshot.adding !== undefined) return;
    this.#show({ adding: { done: 0, total: files.length }, added: undefined });
    const key = `add ${crypto.randomUUID()}`;
    try {
      const added = await addFiles(files, {
        folder: this.folder,
        project: () => this.project,
        onProject: (project) => this.edit(project, key),
        onProgress: (done, total) => this.#show({ adding: { done, total } }),
      });
      this.#show({ adding: undefined, added });
    } catch (error) {
      const added = { images: 0, boxes: 0, leftOut: [storageText(error)] };
      this.#show({ adding: undefined, added });
    }
  }

  /** An image's file. @throws Error when it is not there any more */
  async image(name: string): Promise<Blob> {
    const blob = await this.folder.read(`images/${name}`);
    if (blob === undefined) throw new Error(`${name} is not in the browser's storage any more.`);
    return blob;
  }

  /** A small copy of an image, or the image where there is none. */
  async thumbnail(name: string): Promise<Blob> {
    return (await this.folder.read(`thumbnails/${name}`)) ?? this.image(name);
  }

  #move(history: History<Project>): void {
    if (history === this.#history) return;
    const isChanged = history.present !== this.project;
    this.#history = history;
    this.#show({
      project: history.present,
      canUndo: history.past.length > 0,
      canRedo: history.future.length > 0,
    });
    if (isChanged) void this.#save();
  }

  async #save(): Promise<void> {
    this.#show({ saving: true });
    try {
      await this.#saver.save(this.project);
      this.#show({ saving: false, saveError: undefined });
    } catch (error) {
      this.#show({ saving: false, saveError: storageText(error) });
    }
  }

  #show(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Why something could not be stored, and what to do. */
export function storageText(error: unknown): string {
  if (error instanceof DOMException && error.name === "QuotaExceededError") {
    return "The browser's storage for this page is full. Remove images or free disk space, then try again; nothing that was saved is lost.";
  }
  return error instanceof Error ? error.message : String(error);
}
