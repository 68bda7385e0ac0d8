import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset } from "../../index.ts";
import { TestFolder } from "../test-annotations.ts";
import { convertOpenImages } from "./convert-open-images.ts";

let folder: TestFolder;
beforeEach(async () => {
  folder = await TestFolder.make();
  await folder.image("000002b66c9c498e.jpg", { width: 100, height: 50 });
  await folder.image("more/000002b97e5471a0.jpg", { width: 100, height: 50 });
});
afterEach(() => folder.remove());

const header =
  "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside";
const rows = [
  "000002b66c9c498e,xclick,/m/01g317,1,0.0125,0.195312,0.148438,0.5875,0,1,0,0,0",
  "000002b97e5471a0,xclick,/m/0dzct,1,0.1,0.3,0.2,0.4,0,0,0,0,0",
  "000002b66c9c498e,xclick,/m/0dzct,1,0.5,1.0,0.5,1.0,0,0,0,0,0",
];
const convert = async (lines: readonly string[], more: object = {}): ReturnType<typeof convertOpenImages> => {
  const annotations = await folder.write("oidv6-train-annotations-bbox.csv", lines.join("\n"));
  return convertOpenImages({ annotations, images: folder.at("images"), output: folder.at("out"), ...more });
};

describe("convertOpenImages", () => {
  it("reads boxes, whether the rows of an image follow each other or not, and the names beside the file", async () => {
    await folder.write(
      "class-descriptions-boxable.csv",
      '/m/0dzct,Human face\n/m/01g317,Person\n/m/0xyz,"Bus, or coach"\n',
    );
    const result = await convert([header, ...rows]);
    expect(result).toMatchObject({
      names: ["Human face", "Person", "Bus, or coach"],
      images: 2,
      objects: 3,
      leftOut: {},
    });
    expect(await folder.rows("000002b66c9c498e")).toEqual([
      [1, 0.103906, 0.367969, 0.182812, 0.439062],
      [0, 0.75, 0.75, 0.5, 0.5],
    ]);
    expect((await Dataset.open({ yaml: result.yaml, split: "train" })).report).toMatchObject({
      images: 2,
      instances: 3,
    });
  });

  it("reads the names of version 7, and the labels where there are none", async () => {
    expect((await convert([header, ...rows])).names).toEqual(["/m/01g317", "/m/0dzct"]);
    await folder.write("oidv7-class-descriptions-boxable.csv", "LabelName,DisplayName\r\n/m/01g317,Person\r\n");
    const { names, leftOut } = await convert([header, ...rows], { output: folder.at("more") });
    expect({ names, leftOut }).toEqual({ names: ["Person"], leftOut: { "unknown-class": 2 } });
  });

  it("counts what it leaves out", async () => {
    const { leftOut, objects } = await convert([
      header,
      "000002b66c9c498e,xclick,/m/0dzct,1,0.1,0.3,0.2,0.4,0,0,1,0,0",
      "000002b66c9c498e,xclick,/m/0dzct,1,0.1,,0.2,0.4,0,0,0,0,0",
      "000002b66c9c498e,xclick,/m/0dzct,1,0.3,0.1,0.2,0.4,0,0,0,0,0",
      "gone,xclick,/m/0dzct,1,0.1,0.3,0.2,0.4,0,0,0,0,0",
      "short",
    ]);
    expect(leftOut).toEqual({ crowd: 1, "no-box": 1, "no-area": 1, "missing-image": 2 });
    expect(objects).toBe(0);
  });

  it.each([
    ["other columns", ["id,label", "1,2"], 'its first row has no column "ImageID"'],
    ["nothing", [], 'its first row has no column "ImageID"'],
    ["a quote without end", [header, `"${"x".repeat(200_000)}`], "a quote is not closed"],
  ])("refuses a file with %s", async (_, lines, message) => {
    await expect(convert(lines)).rejects.toThrow(message);
  });
});
