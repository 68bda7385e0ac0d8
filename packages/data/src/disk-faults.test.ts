import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blankImage, writeImage } from "@lookonce/image";
import { type DiskFault, failWrites } from "@lookonce/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LabelSpool } from "./convert/label-spool.ts";
import { convertCoco, generateShapes, splitImages } from "./index.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-faults-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const words: Readonly<Record<DiskFault, RegExp>> = {
  ENOSPC: /cannot write .*: the disk is full \(ENOSPC\); make room/,
  EIO: /cannot write .*: the disk failed \(EIO\); check it/,
  EROFS: /cannot write .*: it is on a disk that is only for reading \(EROFS\); choose another folder/,
};

async function expectReported(work: Promise<unknown>, code: DiskFault, file: string): Promise<void> {
  const error = await work.then(
    () => "no error",
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: "IO", message: expect.stringMatching(words[code]) });
  expect(String(error)).toContain(file);
}

/** All files below a folder. */
const filesOf = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

describe("convertCoco on a disk that fails", () => {
  const output = (): string => join(folder, "out");
  const convert = (split: "train" | "val", saveImages: "link" | "copy" = "copy") =>
    convertCoco({
      ...{ annotations: join(folder, "a.json"), images: join(folder, "images"), output: output() },
      ...{ split, saveImages },
    });
  beforeEach(async () => {
    const names = ["a.png", "b.png"];
    for (const name of names) await writeImage(join(folder, "images", name), blankImage({ width: 64, height: 64 }, 9));
    const images = names.map((name, id) => ({ id, file_name: name, width: 64, height: 64 }));
    const annotations = images.map(({ id }) => ({ id, image_id: id, category_id: 1, bbox: [8, 8, 16, 16] }));
    const categories = [{ id: 1, name: "cat" }];
    writeFileSync(join(folder, "a.json"), JSON.stringify({ images, annotations, categories }));
  });

  it.each([
    ["ENOSPC", "b.png"],
    ["EIO", "b.txt"],
    ["ENOSPC", "data.yaml"],
    ["EROFS", "val.partial"],
    ["EROFS", /images.val$/],
  ] as const)(
    "%s, %s: the split before stays, nothing of the new one does, and it can be done again",
    async (code, match) => {
      await convert("train");
      const before = readFileSync(join(output(), "data.yaml"));
      const files = filesOf(output());
      const restore = failWrites(code, match);
      await expectReported(convert("val"), code, code === "EROFS" ? output() : match);
      expect(readFileSync(join(output(), "data.yaml"))).toEqual(before);
      restore();
      // A disk for reading keeps what was started; the next try removes it
      if (code !== "EROFS") expect(filesOf(output())).toEqual(files);
      const { yaml } = await convert("val");
      expect(readFileSync(yaml, "utf8")).toMatch(/train: images\/train\nval: images\/val\n/);
      expect(filesOf(join(output(), "images"))).toEqual(["a.png", "a.png", "b.png", "b.png"]);
      expect(readFileSync(join(output(), "labels", "val", "b.txt"), "utf8")).toBe("0 0.25 0.25 0.25 0.25\n");
    },
  );

  it("does not mistake a data.yaml that cannot be read for none", async () => {
    mkdirSync(join(output(), "data.yaml"), { recursive: true });
    await expect(convert("train")).rejects.toMatchObject({
      code: "IO",
      message: expect.stringMatching(/cannot read .*data\.yaml: EISDIR/),
    });
  });
});

it("a spool that cannot be written does not end the program where nobody waits", async () => {
  failWrites("ENOSPC", "spool");
  const spool = new LabelSpool(join(folder, "spool"), { buckets: 2, limit: 1 });
  spool.add(0, "row");
  // An unhandled rejection would fail this test
  await new Promise((resolve) => setTimeout(resolve, 20));
  await expectReported(spool.finish([join(folder, "0.txt")]), "ENOSPC", "0.spool");
});

describe("splitImages on a disk that fails", () => {
  const lists = ["autosplit_train.txt", "autosplit_val.txt", "autosplit_test.txt"];
  const split = (seed: number) => splitImages({ folder: join(folder, "images"), seed, weights: [2, 1, 1] });

  it.each(["ENOSPC", "EIO", "EROFS"] as const)("%s: keeps the lists of the split before, all of them", async (code) => {
    mkdirSync(join(folder, "images"));
    for (let i = 0; i < 20; i++) writeFileSync(join(folder, "images", `${i}.jpg`), "");
    await split(1);
    const read = (): string[] => lists.map((name) => readFileSync(join(folder, name), "utf8"));
    const before = read();
    const restore = failWrites(code, "autosplit_val.txt");
    await expectReported(split(2), code, "autosplit_val.txt");
    expect(read()).toEqual(before);
    expect(filesOf(folder).filter((name) => name.startsWith("autosplit"))).toEqual([...lists].sort());
    restore();
    await split(2);
    expect(read()).not.toEqual(before);
  });
});

describe("generateShapes on a disk that fails", () => {
  it.each([
    ["ENOSPC", "00001.jpg"],
    ["EIO", "00001.txt"],
    ["ENOSPC", "shapes.yaml"],
    ["EROFS", "shapes"],
  ] as const)("%s, %s: leaves nothing that looks like a data set, and can be done again", async (code, name) => {
    const directory = join(folder, "shapes");
    const restore = failWrites(code, name);
    await expectReported(generateShapes({ directory, train: 2, val: 1, size: 32 }), code, name);
    expect(existsSync(directory) ? filesOf(directory) : []).toEqual([]);
    restore();
    expect(await generateShapes({ directory, train: 2, val: 1, size: 32 })).toMatchObject({
      images: { train: 2, val: 1 },
    });
  });
});
