import type { Box, ImageEntry, Project } from "./project.ts";

/** Adds a class, unless one of that name is there; `id` is that of the class. */
export function addClass(project: Project, name: string): { project: Project; id: number } {
  const trimmed = name.trim();
  const same = project.classes.find((entry) => entry.name === trimmed);
  if (same !== undefined) return { project, id: same.id };
  const id = project.nextId;
  const entry = { id, name: trimmed, color: freeColor(project) };
  return { project: { ...project, classes: [...project.classes, entry], nextId: id + 1 }, id };
}

/** Renames a class. A name that another class has merges the two: `id`s of boxes become that one's. */
export function renameClass(project: Project, id: number, name: string): Project {
  const trimmed = name.trim();
  if (trimmed === "") return project;
  const same = project.classes.find((entry) => entry.name === trimmed && entry.id !== id);
  if (same !== undefined) return mergeClass(project, id, same.id);
  return {
    ...project,
    classes: project.classes.map((entry) => (entry.id === id ? { ...entry, name: trimmed } : entry)),
  };
}

/** Makes all boxes of a class boxes of another one, and drops the class. */
export function mergeClass(project: Project, id: number, into: number): Project {
  if (id === into) return project;
  const move = <T extends Box>(box: T): T => (box.classId === id ? { ...box, classId: into } : box);
  return dropClass(project, id, (image) => ({
    ...image,
    boxes: image.boxes.map(move),
    proposals: image.proposals.map(move),
  }));
}

/** Drops a class with all its boxes. */
export function removeClass(project: Project, id: number): Project {
  const isOther = ({ classId }: Box): boolean => classId !== id;
  return dropClass(project, id, (image) => ({
    ...image,
    boxes: image.boxes.filter(isOther),
    proposals: image.proposals.filter(isOther),
  }));
}

function dropClass(project: Project, id: number, change: (image: ImageEntry) => ImageEntry): Project {
  const shows = ({ boxes, proposals }: ImageEntry): boolean =>
    [...boxes, ...proposals].some(({ classId }) => classId === id);
  return {
    ...project,
    classes: project.classes.filter((entry) => entry.id !== id),
    images: project.images.map((image) => (shows(image) ? change(image) : image)),
  };
}

/** The first color that no class has, so that colors stay apart when classes go. */
function freeColor({ classes }: Project): number {
  const used = new Set(classes.map(({ color }) => color));
  let color = 0;
  while (used.has(color)) color++;
  return color;
}

/** Changes the color of a class to the next one that no class has. */
export function nextColor(project: Project, id: number): Project {
  const used = new Set(project.classes.map(({ color }) => color));
  return {
    ...project,
    classes: project.classes.map((entry) => {
      if (entry.id !== id) return entry;
      let color = entry.color + 1;
      while (used.has(color)) color++;
      return { ...entry, color };
    }),
  };
}
