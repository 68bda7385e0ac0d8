import { existsSync } from "node:fs";
import { cp, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { LookonceError } from "@lookonce/errors";
import { ownVersion } from "./own-version.ts";
import { projectFiles } from "./project-files.ts";

/** Options of {@link createProject}. */
export interface CreateProjectOptions {
  /** Folder of the project: a new one, or one without any of the project's files. Its name becomes that of the package. */
  folder: string;
  /** Names of the classes whose images will be added. Default: drawn shapes, with images and labels to start with. */
  classes?: readonly string[] | undefined;
  /** Model to start from. Default: weights that come with lookonce and know the shapes; with `classes` published ones. */
  model?: string | undefined;
}

/** What {@link createProject} wrote. */
export interface CreatedProject {
  folder: string;
  /** Name of the package. */
  name: string;
  /** Files and folders that were written, relative to the folder. */
  written: string[];
  /** Files that were there and stay as they are. */
  kept: string[];
  /** Command lines to run next. */
  next: string[];
}

/** Drawn images with their labels, beside the sources and the build. */
const shapes = fileURLToPath(new URL("../shapes/", import.meta.url));

/** Files that people, and programs for repositories, make first: a project does without its own. */
const canStay: readonly string[] = ["README.md", ".gitignore"];

/**
 * Lays out a project: a data set, `data.yaml` with a schema for editors, a program in TypeScript that trains and detects, and
 * what npm and TypeScript need.
 *
 * @throws LookonceError `ARGUMENT` when a file of the project is there already, and nothing is written; `IO` when it cannot be
 *   written, and what was written is removed
 */
export async function createProject({ folder, classes, model }: CreateProjectOptions): Promise<CreatedProject> {
  const root = resolve(folder);
  const name = packageName(basename(root));
  checkClasses(classes);
  await checkFolder(root, folder);
  const files = Object.entries(projectFiles({ name, classes, model, version: ownVersion() }));
  const present = [...files.map(([path]) => path), "data"].filter((path) => existsSync(join(root, path)));
  const inTheWay = present.filter((path) => !canStay.includes(path));
  if (inTheWay.length > 0) {
    const rest = `${inTheWay.join(", ")} ${inTheWay.length === 1 ? "is" : "are"} there, and would be overwritten`;
    throw new LookonceError("ARGUMENT", `${folder} is not empty: ${rest}. Name a new folder.`);
  }
  const isNew = !existsSync(root);
  const written: string[] = [];
  try {
    for (const [path, text] of files.filter(([each]) => !present.includes(each))) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text, { flag: "wx" });
      written.push(path);
    }
    written.push("data");
    await writeData(join(root, "data"), classes === undefined);
  } catch (cause) {
    const made = isNew ? [root] : written.map((path) => join(root, path));
    for (const path of made) await rm(path, { recursive: true, force: true }).catch(() => {});
    throw new LookonceError("IO", `cannot write the project into ${folder}: ${(cause as Error).message}.`, { cause });
  }
  return { folder, name, written, kept: present, next: nextSteps(folder, classes) };
}

/** A name that npm accepts: `My pets` is `my-pets`. */
function packageName(text: string): string {
  const name = text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{Mark}/gu, "")
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/^[._-]+|[._-]+$/g, "")
    .slice(0, 100);
  // A package of the name of one that it needs could not import that one
  return ["", "lookonce", "typescript", "node_modules"].includes(name) ? "my-detector" : name;
}

function checkClasses(classes: readonly string[] | undefined): void {
  if (classes === undefined) return;
  const twice = classes.find((name, i) => classes.indexOf(name) < i);
  if (twice !== undefined) throw new LookonceError("ARGUMENT", `classes names "${twice}" twice.`);
  if (classes.length === 0)
    throw new LookonceError("ARGUMENT", "classes must name at least one class: classes=cat,dog.");
}

async function checkFolder(root: string, folder: string): Promise<void> {
  const state = await stat(root).catch(() => undefined);
  if (state !== undefined && !state.isDirectory()) {
    throw new LookonceError("ARGUMENT", `${folder} is a file. Name a new folder.`);
  }
}

async function writeData(data: string, isDrawn: boolean): Promise<void> {
  if (isDrawn) {
    await cp(shapes, data, { recursive: true, errorOnExist: true, force: false });
    return;
  }
  for (const path of ["images/train", "images/val", "labels/train", "labels/val"]) {
    await mkdir(join(data, path), { recursive: true });
    // Git keeps no empty folders
    await writeFile(join(data, path, ".gitkeep"), "", { flag: "wx" });
  }
}

function nextSteps(folder: string, classes: readonly string[] | undefined): string[] {
  const enter =
    resolve(folder) === process.cwd() ? [] : [`cd ${/^[\w./\\:-]+$/.test(folder) ? folder : JSON.stringify(folder)}`];
  return [...enter, "npm install", ...(classes === undefined ? [] : ["npm run label"]), "npm start"];
}
