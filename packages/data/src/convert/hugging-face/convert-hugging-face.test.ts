import { readFile, writeFile } from "node:fs/promises";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset } from "../../index.ts";
import { TestFolder } from "../test-annotations.ts";
import { convertHuggingFace } from "./convert-hugging-face.ts";

let folder: TestFolder;
beforeEach(async () => {
  folder = await TestFolder.make();
  await folder.image("a.png", { width: 100, height: 50 });
});
afterEach(() => folder.remove());

const convert = (annotations: string, more: object = {}): ReturnType<typeof convertHuggingFace> =>
  convertHuggingFace({ annotations, output: folder.at("out"), ...more });

const list = { repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" } as const;
const repeated = { name: "list", repetition_type: "REPEATED", num_children: 1 } as const;
const double = { name: "element", type: "DOUBLE", repetition_type: "OPTIONAL" } as const;

/** A file in which `objects` is a list of tables, as newer versions of the library write it. */
async function writeTables(
  file: string,
  objects: readonly object[],
  metadata: object = {},
  { isEmpty = false } = {},
): Promise<string> {
  const bytes = new Uint8Array(await readFile(folder.at("images", "a.png")));
  const image = isEmpty ? { bytes: null, path: "/elsewhere/a.png" } : { bytes, path: null };
  const buffer = parquetWriteBuffer({
    schema: [
      { name: "root", num_children: 2 },
      { name: "image", repetition_type: "OPTIONAL", num_children: 2 },
      { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
      { name: "path", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
      { name: "objects", ...list },
      repeated,
      { name: "element", repetition_type: "OPTIONAL", num_children: 2 },
      { name: "bbox", ...list },
      repeated,
      double,
      { name: "label", type: "INT64", repetition_type: "OPTIONAL" },
    ],
    columnData: [
      { name: "image", data: [image] },
      { name: "objects", data: [objects] },
    ],
    kvMetadata: [{ key: "huggingface", value: JSON.stringify(metadata) }],
  });
  await folder.write(file, "");
  await writeFile(folder.at(file), new Uint8Array(buffer));
  return folder.at(file);
}

describe("convertHuggingFace", () => {
  it("reads Parquet with the images in it, its classes, and objects as tables", async () => {
    const label = { names: ["cat", "dog"], _type: "ClassLabel" };
    const features = { objects: [{ bbox: { _type: "List" }, label }] };
    const file = await writeTables("data/validation-00000-of-00001.parquet", [{ bbox: [10, 10, 20, 10], label: 1n }], {
      info: { features },
    });
    const result = await convert(folder.at("data"), { split: "val" });
    expect(result).toMatchObject({ names: ["cat", "dog"], images: 1, objects: 1, leftOut: {} });
    const { entries } = await Dataset.open({ yaml: result.yaml, split: "val" });
    expect(entries[0]).toMatchObject({ width: 100, height: 50, classes: Int32Array.of(1) });
    expect(Array.from(entries[0]?.boxes ?? [], (value) => Number(value.toFixed(4)))).toEqual([0.2, 0.3, 0.2, 0.2]);
    await expect(convert(folder.at("data"))).rejects.toThrow("has no Parquet file of train; it has validation-00000");
    expect((await convert(file, { output: folder.at("more"), names: ["dog"] })).objects).toBe(1);
  });

  it("calls classes of mere numbers class0, class1, …", async () => {
    const file = await writeTables("a.parquet", [{ bbox: [10, 10, 20, 10], label: 2n }]);
    expect((await convert(file)).names).toEqual(["class0", "class1", "class2"]);
  });

  it("reads ImageFolder, with outlines as COCO has them", async () => {
    const objects = { bbox: [[10, 10, 20, 10]], categories: ["dog"], segmentation: [[[10, 10, 30, 10, 30, 20]]] };
    const lines = [
      { file_name: "a.png", objects },
      { file_name: "gone.png", objects: { bbox: [], categories: [] } },
    ];
    const text = `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
    await folder.write("images/metadata.jsonl", text);
    expect(await convert(folder.at("images"), { polygons: true })).toMatchObject({
      ...{ names: ["dog"], images: 1, objects: 1, leftOut: { "missing-image": 1 } },
    });
    expect(await folder.rows("a")).toEqual([[0, 0.1, 0.2, 0.3, 0.2, 0.3, 0.4]]);
  });

  it("counts what it leaves out", async () => {
    const bbox = [
      [1, 1, 0, 5],
      [1, 1],
      [1, 1, 5, 5],
      [1, 1, 5, 5],
    ];
    const objects = { bbox, category: [0, 0, 7] };
    await folder.write("images/metadata.jsonl", JSON.stringify({ file_name: "a.png", objects }));
    const { leftOut } = await convert(folder.at("images"), { names: ["cat"] });
    expect(leftOut).toEqual({ "no-area": 1, "no-box": 1, "unknown-class": 2 });
  });

  it("reports images that are not in the file, and refuses where none is left", async () => {
    const file = await writeTables("a.parquet", [{ bbox: [10, 10, 20, 10], label: 0n }], {}, { isEmpty: true });
    await expect(convert(file)).rejects.toThrow(
      "no image can be used; the first: a.parquet: row 1: there is no image a.png",
    );
    const images = folder.at("images");
    expect(await convert(file, { images })).toMatchObject({ images: 1, objects: 1, leftOut: {} });
    expect(await folder.rows("a")).toEqual([[0, 0.2, 0.3, 0.2, 0.2]]);
  });

  it("names what is wrong", async () => {
    await folder.write("a.parquet", "PAR1 nothing PAR1");
    await expect(convert(folder.at("a.parquet"))).rejects.toThrow("is no Parquet file that can be read");
    await folder.write("images/metadata.jsonl", '{"file_name": "a.png"}\n{"file');
    await expect(convert(folder.at("images"))).rejects.toThrow("metadata.jsonl, line 2 is not valid JSON");
    await folder.write("empty/readme.md", "");
    await expect(convert(folder.at("empty"))).rejects.toThrow("has neither Parquet files nor metadata.jsonl");
    const file = await writeTables("b.parquet", [{ bbox: [1, 1, 5, 5], label: 0n }]);
    const bytes = await readFile(file);
    await writeFile(file, Buffer.concat([bytes.subarray(0, 4), bytes.subarray(60)]));
    await expect(convert(file)).rejects.toMatchObject({ code: "FORMAT" });
  });
});
