import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blankImage, writeImage } from "@lookonce/image";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset } from "../index.ts";
import { convertVoc } from "./convert-voc.ts";
import { readVoc } from "./read-voc.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-voc-"));
  await mkdir(join(folder, "Annotations"));
  for (const name of ["a.jpg", "b.png", "c.jpg"]) {
    await writeImage(join(folder, "JPEGImages", name), blankImage({ width: 100, height: 50 }, 9));
  }
});
afterEach(() => rm(folder, { recursive: true }));

const box = (corners: string): string => {
  const [a, b, c, d] = corners.split(" ");
  return `<bndbox><xmax>${c}</xmax><xmin>${a}</xmin><ymin>${b}</ymin><ymax>${d}</ymax></bndbox>`;
};
const object = (name: string, corners: string, more = ""): string =>
  `<object><name>${name}</name><pose>Left</pose>${more}${box(corners)}</object>`;
const size = "<size><width>100</width><height>50</height><depth>3</depth></size>";
const annotate = (name: string, content: string): Promise<void> =>
  writeFile(join(folder, "Annotations", `${name}.xml`), `<?xml version="1.0"?>\n<annotation>${content}</annotation>\n`);
const options = (): { annotations: string; images: string; output: string } => ({
  annotations: join(folder, "Annotations"),
  images: join(folder, "JPEGImages"),
  output: join(folder, "out"),
});
const label = (name: string): Promise<string> => readFile(join(folder, "out", "labels", "train", name), "utf8");

describe("readVoc", () => {
  it("is not misled by the parts of an object", () => {
    const part = `<part><name>head</name>${box("5 5 9 9")}</part>`;
    const { objects, width, height, filename } = readVoc(
      `<annotation><filename>a&amp;b.jpg</filename>${size}<object><name> man\n</name>${box("1 2 3 4")}${part}</object></annotation>`,
    );
    expect(objects).toEqual([{ name: "man", difficult: false, corners: [1, 2, 3, 4] }]);
    expect([width, height, filename]).toEqual([100, 50, "a&b.jpg"]);
  });
});

describe("convertVoc", () => {
  it("makes a data set that can be opened, with pixels counted from 1", async () => {
    await annotate(
      "a",
      `<filename>a.jpg</filename>${size}${object("dog", "1 1 100 50")}${object("cat", "11 11 20 20")}`,
    );
    await annotate("b", object("cat", "51 26 75.5 50"));
    await annotate("c", size);
    const result = await convertVoc(options());
    expect(result).toEqual({
      ...{ yaml: join(folder, "out", "data.yaml"), names: ["cat", "dog"] },
      ...{ images: 3, background: 1, objects: 3, clipped: 0, leftOut: {}, examples: [] },
    });
    expect(await label("a.txt")).toBe("1 0.5 0.5 1 1\n0 0.15 0.3 0.1 0.2\n");
    // Neither the name nor the size of the image is in the file
    expect(await label("b.txt")).toBe("0 0.6275 0.75 0.255 0.5\n");
    const { report } = await Dataset.open({ yaml: result.yaml, split: "train" });
    expect(report).toMatchObject({ images: 3, instances: 3, corrupt: 0 });
  });

  it("counts what it leaves out or cuts off", async () => {
    const difficult = "<difficult>1</difficult>";
    const objects = [
      object("cat", "1 1 9 9", difficult),
      object("owl", "1 1 9 9"),
      object("cat", "1 x 9 9"),
      object("cat", "9 9 1 1"),
      object("cat", "90 40 120 60"),
    ];
    await annotate("a", size + objects.join(""));
    await annotate("gone", size + object("cat", "1 1 9 9"));
    await writeFile(join(folder, "Annotations", "c.xml"), "<annotation><object></annotation>");
    const { leftOut, examples, ...counts } = await convertVoc({ ...options(), names: ["cat"] });
    expect(counts).toMatchObject({ images: 1, objects: 1, clipped: 1 });
    expect(leftOut).toEqual({
      ...{ difficult: 1, "unknown-class": 1, "no-box": 1, "no-area": 1, "missing-image": 1, "damaged-file": 1 },
    });
    expect(examples.find(({ kind }) => kind === "damaged-file")?.reason).toMatch(
      /c\.xml: Unexpected close tag, Line: 0/,
    );
    expect(await readdir(join(folder, "out", "labels"))).toEqual(["train"]);
  });

  it("reads the files of a list, and the classes of the split before", async () => {
    await annotate("a", size + object("dog", "1 1 9 9"));
    await annotate("b", size + object("cat", "1 1 9 9"));
    await annotate("c", size + object("dog", "1 1 9 9", "<difficult>1</difficult>"));
    const [train, val] = [join(folder, "train.txt"), join(folder, "val.txt")];
    await writeFile(train, "a  1\nb -1\n");
    await writeFile(val, "c.jpg\n");
    expect((await convertVoc({ ...options(), list: train })).names).toEqual(["cat", "dog"]);
    const added = await convertVoc({ ...options(), list: val, split: "val", difficult: true });
    expect(added).toMatchObject({ names: ["cat", "dog"], images: 1, objects: 1 });
    expect((await Dataset.open({ yaml: added.yaml, split: "val" })).entries[0]?.classes[0]).toBe(1);
  });

  it("says what is wrong", async () => {
    await expect(convertVoc(options())).rejects.toThrow("contains no XML files");
    await expect(convertVoc({ ...options(), annotations: join(folder, "Anotations") })).rejects.toThrow("Did you mean");
    await annotate("a", size);
    await expect(convertVoc(options())).rejects.toThrow("no XML file there contains an object");
    await expect(convertVoc({ ...options(), list: join(folder, "none.txt") })).rejects.toThrow(
      "There is no list of images",
    );
  });
});
