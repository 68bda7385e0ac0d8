import { describe, expect, it } from "vitest";
import { addClass, removeClass } from "../project/edit-classes.ts";
import { addBox, addImages, propose, removeImages, setBackground } from "../project/edit-images.ts";
import { emptyProject, newImage, type Project } from "../project/project.ts";
import { ProjectSaver, readProject } from "./project-files.ts";
import { MemoryFolder } from "./test-memory-folder.ts";

const corners = { x1: 0.1, y1: 0.2, x2: 0.5, y2: 0.6 };

async function saved(): Promise<{ folder: MemoryFolder; saver: ProjectSaver; project: Project }> {
  const folder = new MemoryFolder();
  for (const name of ["a.jpg", "b.jpg", "c.jpg"]) folder.files.set(`images/${name}`, new Blob([name]));
  const images = ["a.jpg", "b.jpg", "c.jpg"].map((name) => newImage({ name, width: 200, height: 100 }));
  const { project, id } = addClass(addImages(emptyProject, images), "cat");
  const boxed = addBox(project, "a.jpg", { ...corners, classId: id }).project;
  const proposed = propose(setBackground(boxed, "b.jpg", true), "c.jpg", [
    { ...corners, classId: id, confidence: 0.5 },
  ]);
  const saver = new ProjectSaver(folder, emptyProject);
  await saver.save(proposed);
  return { folder, saver, project: proposed };
}

describe("a project in a folder", () => {
  it("comes back with labels, background, proposals, classes and split", async () => {
    const { folder, project } = await saved();
    const read = await readProject(folder);
    expect(read.classes).toEqual(project.classes);
    expect(read.split).toEqual(project.split);
    expect(read.images.map(({ boxes, ...image }) => [image, boxes.length])).toEqual(
      project.images.map(({ boxes, ...image }) => [image, boxes.length]),
    );
    expect(read.images[0]?.boxes[0]?.x2).toBeCloseTo(0.5, 6);
    // Saving it again changes no file
    folder.written.splice(0);
    await new ProjectSaver(folder, read).save(read);
    expect(folder.written).toEqual([]);
  });

  it("writes only what has changed, and removes labels that are no more", async () => {
    const { folder, saver, project } = await saved();
    folder.written.splice(0);
    const classId = project.classes[0]?.id as number;
    const changed = addBox(project, "a.jpg", { ...corners, classId }).project;
    await saver.save(changed);
    expect(folder.written).toEqual(["labels/a.txt", "studio.json"]);
    folder.written.splice(0);
    await saver.save(removeClass(changed, classId));
    expect(folder.written).toContain("-labels/a.txt");
    expect(folder.written).not.toContain("-labels/b.txt");
  });

  it("removes images that were removed before, not earlier: an undo wants them", async () => {
    const { folder, saver, project } = await saved();
    await saver.save(removeImages(project, new Set(["c.jpg"])));
    expect(folder.files.has("images/c.jpg")).toBe(true);
    await readProject(folder);
    expect(folder.files.has("images/c.jpg")).toBe(false);
  });

  it("saves again what could not be saved", async () => {
    const { folder, saver, project } = await saved();
    folder.isFull = true;
    const changed = removeImages(project, new Set(["a.jpg"]));
    await expect(saver.save(changed)).rejects.toThrow("full");
    folder.isFull = false;
    await saver.save(changed);
    expect((await readProject(folder)).images.map(({ name }) => name)).toEqual(["b.jpg", "c.jpg"]);
  });
});
