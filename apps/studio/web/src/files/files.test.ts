import { parseYaml } from "@lookonce/documents";
import { describe, expect, it } from "vitest";
import { addClass } from "../project/edit-classes.ts";
import { addBox, addImages, setBackground } from "../project/edit-images.ts";
import { emptyProject, newImage, type Project } from "../project/project.ts";
import { cocoFile } from "./coco-file.ts";
import { datasetZip, filesOfZip } from "./dataset-zip.ts";
import { freeName, planImport } from "./plan-import.ts";
import { boxesOf, namesInYaml, proposalsOf, yoloFiles } from "./yolo-files.ts";

/** Three images: two boxes, background, no labels. */
function project(): Project {
  const images = ["a.jpg", "b.png", "c.jpg"].map((name) => newImage({ name, width: 200, height: 100 }));
  const { project: first, id } = addClass(addImages(emptyProject, images), 'a "cat"');
  const { project: second, id: other } = addClass(first, "yes");
  const one = addBox(second, "a.jpg", { x1: 0.1, y1: 0.2, x2: 0.3, y2: 0.6, classId: other }).project;
  const two = addBox(one, "a.jpg", { x1: 0.5, y1: -0.1, x2: 1, y2: 0.5, classId: id }).project;
  return setBackground(two, "b.png", true);
}

describe("YOLO's layout", () => {
  it("has a file of rows for each labeled image, lists and names", () => {
    const files = yoloFiles(project());
    expect(files.get("labels/a.txt")).toBe("1 0.2 0.4 0.2 0.4\n0 0.75 0.25 0.5 0.5\n");
    expect(files.get("labels/b.txt")).toBe("");
    expect(files.has("labels/c.txt")).toBe(false);
    const lists = `${files.get("train.txt")}${files.get("val.txt")}`;
    expect(lists.split("\n").sort()).toEqual(["", "./images/a.jpg", "./images/b.png"]);
    const yaml = files.get("data.yaml") ?? "";
    expect(namesInYaml(yaml, "data.yaml")).toEqual(['a "cat"', "yes"]);
    expect(parseYaml(yaml, { name: "data.yaml", expected: "keys" })).toMatchObject({ path: ".", train: "train.txt" });
  });

  it("is read back as it was written, and says which rows cannot be used", () => {
    const text = yoloFiles(project()).get("labels/a.txt") ?? "";
    const { boxes, leftOut } = boxesOf(`${text}7 0.5 0.5 0.1 0.1\n`, "a.txt", { classIds: [10, 20], firstId: 5 });
    expect(leftOut).toBe(1);
    expect(boxes.map(({ id, classId }) => [id, classId])).toEqual([
      [5, 20],
      [6, 10],
    ]);
    expect(boxes[0]?.x1).toBeCloseTo(0.1, 6);
    expect(boxes[1]?.y2).toBeCloseTo(0.5, 6);
  });

  it("proposes what has a confidence", () => {
    const text = "1 0.5 0.5 0.2 0.2 0.75\n0 0.5 0.5 0.1 0.1\n9 0.5 0.5 0.1 0.1 0.9\n";
    const { proposals, labels } = proposalsOf(text, "a.txt", { classIds: [10, 20], firstId: 5 });
    expect(proposals.map(({ id, classId, confidence }) => [id, classId, confidence])).toEqual([[5, 20, 0.75]]);
    expect(labels.trim()).toBe("0 0.5 0.5 0.1 0.1");
  });

  it("goes through a zip file unchanged, with the images' own bytes", async () => {
    const bytes = new Uint8Array(70_000).map((_, i) => (i * 31) % 251);
    const zip = await datasetZip(project(), async () => new Blob([bytes]));
    const files = await filesOfZip(zip, () => true);
    const texts = await Promise.all(files.map(async ({ path, blob }) => [path, await blob.text()] as const));
    const found = new Map(texts);
    for (const [path, text] of yoloFiles(project())) expect(found.get(path)).toBe(text);
    const image = files.find(({ path }) => path === "images/a.jpg")?.blob as Blob;
    expect(Buffer.compare(Buffer.from(await image.arrayBuffer()), bytes)).toBe(0);
    expect(found.has("images/c.jpg")).toBe(false);
  });
});

describe("COCO's form", () => {
  it("has boxes in pixels, classes and background images", async () => {
    const { images, annotations, categories } = JSON.parse(await cocoFile(project()).text());
    expect(images.map((image: { file_name: string }) => image.file_name)).toEqual(["a.jpg", "b.png"]);
    expect(categories.map(({ name }: { name: string }) => name)).toEqual(['a "cat"', "yes"]);
    expect(annotations[0]).toMatchObject({ image_id: 1, category_id: 2, bbox: [20, 20, 40, 40], area: 1600 });
  });
});

describe("dropped files", () => {
  it("are images, their labels and a data set file", () => {
    const plan = planImport([
      "set/images/train/a.jpg",
      "set/labels/train/a.txt",
      "set/images/b.PNG",
      "set/images/b.txt",
      "set/data.yaml",
      "set/notes.pdf",
      "set/.DS_Store",
      "__MACOSX/set/._a.jpg",
    ]);
    expect(plan).toEqual({
      images: [
        { path: "set/images/train/a.jpg", labels: "set/labels/train/a.txt" },
        { path: "set/images/b.PNG", labels: "set/images/b.txt" },
      ],
      yaml: "set/data.yaml",
      passedOver: 1,
    });
  });

  it("get names that no other image has, nor its label file", () => {
    const taken = new Set(["a.jpg", "B.png", "b-2.jpg"]);
    expect(freeName("x/a.PNG", taken)).toBe("a-2.png");
    expect(freeName("b.jpg", taken)).toBe("b-3.jpg");
    expect(freeName("..what?.gif", taken, ".png")).toBe("what-.png");
  });
});
