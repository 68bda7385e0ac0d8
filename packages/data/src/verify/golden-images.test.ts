// Which image files of a data set are kept: what YOLOv8 (8.3) keeps.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { blankImage, writeImage } from "@lookonce/image";
import { describeGolden, goldenJson } from "@lookonce/testing";
import { afterAll, expect, it } from "vitest";
import { Dataset } from "../dataset.ts";

const file = "tasks/data/parse_pictures.json"; // vocabulary-allow: pictures
const folder = mkdtempSync(join(tmpdir(), "golden-images-"));
afterAll(() => rmSync(folder, { recursive: true }));

describeGolden("image files", [file], () => {
  it("are kept or refused alike", async () => {
    const images = join(folder, "images");
    mkdirSync(images);
    const write = async (name: string, width: number, height: number): Promise<Uint8Array> => {
      await writeImage(join(folder, name), blankImage({ width, height }, 120));
      return readFileSync(join(folder, name));
    };
    const jpeg = await write("whole.jpg", 40, 30);
    const png = await write("whole.png", 40, 30);
    /** Made as the golden file's names say, by name. */
    const files: Readonly<Record<string, readonly [name: string, bytes: Uint8Array]>> = {
      "9 pixels high": ["low.png", await write("low.png", 40, 9)],
      "10 pixels high": ["least.png", await write("least.png", 40, 10)],
      "JPEG without its last two bytes": ["short.jpg", jpeg.subarray(0, -2)],
      "JPEG with bytes after its end marker": ["long.jpg", Buffer.concat([jpeg, Buffer.from("more")])],
      "PNG cut in half": ["half.png", png.subarray(0, png.length >> 1)],
      "text named .png": ["text.png", Buffer.from("no image at all\n")],
      "JPEG named .png": ["named.png", jpeg],
      "empty file": ["empty.png", new Uint8Array(0)],
    };
    // vocabulary-allow: picture (the golden file's key)
    const golden: { picture: string; kept: boolean }[] = goldenJson(file);
    // vocabulary-allow: picture
    expect(golden.map(({ picture }) => picture).sort()).toEqual(Object.keys(files).sort());
    mkdirSync(join(folder, "labels"));
    for (const [name, bytes] of Object.values(files)) {
      writeFileSync(join(images, name), bytes);
      writeFileSync(join(folder, "labels", name.replace(/\.\w+$/, ".txt")), "0 0.5 0.5 0.5 0.5\n");
    }
    const yaml = join(folder, "data.yaml");
    writeFileSync(yaml, `path: ${folder}\ntrain: images\nval: images\nnames: [a]\n`);
    const { entries, report } = await Dataset.open({ yaml, split: "train" });
    // vocabulary-allow: picture
    const kept = golden.flatMap(({ picture, kept: isKept }) => (isKept ? [files[picture]?.[0]] : []));
    expect(entries.map(({ path }) => basename(path)).sort()).toEqual(kept.sort());
    const refused = new Set(report.problems.map(({ path }) => basename(path)));
    for (const [name] of Object.values(files)) expect([name, refused.has(name)]).toEqual([name, !kept.includes(name)]);
  });
});
