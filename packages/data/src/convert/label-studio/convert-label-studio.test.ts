import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset } from "../../index.ts";
import { TestFolder } from "../test-annotations.ts";
import { convertLabelStudio } from "./convert-label-studio.ts";

let folder: TestFolder;
beforeEach(async () => {
  folder = await TestFolder.make();
  await folder.image("a.png", { width: 200, height: 100 });
  await folder.image("b c.png", { width: 200, height: 100 });
});
afterEach(() => folder.remove());

const common = { original_width: 200, original_height: 100, image_rotation: 0, from_name: "label", to_name: "image" };
const box = { x: 10, y: 20, width: 20, height: 30, rotation: 0 };
const rectangle = (value: object, more: object = {}): object => {
  return {
    ...common,
    id: "Dx_aB91ISN",
    type: "rectanglelabels",
    origin: "manual",
    value: { ...box, ...value },
    ...more,
  };
};
const point = (x: number, y: number, name: string, more: object = {}): object => {
  return { ...common, id: name, type: "keypointlabels", value: { x, y, width: 0.3, keypointlabels: [name] }, ...more };
};
/** A task as `JSON` exports it. */
const task = (image: string, ...results: object[]): object => ({
  id: 7,
  annotations: [
    // vocabulary-allow: cancelled, the key is Label Studio's
    { id: 1, completed_by: 1, result: results, was_cancelled: false, updated_at: "2024-02-01T10:00:00.000000Z" },
  ],
  file_upload: "1a2b3c4d-a.png",
  drafts: [],
  predictions: [],
  data: { image },
  meta: {},
  project: 1,
});

const convert = async (tasks: unknown, more: object = {}): ReturnType<typeof convertLabelStudio> => {
  const annotations = await folder.write("project.json", JSON.stringify(tasks));
  return convertLabelStudio({ annotations, images: folder.at("images"), output: folder.at("out"), ...more });
};

describe("convertLabelStudio", () => {
  it("finds images by uploads, local files and addresses", async () => {
    await folder.image("c.png", { width: 200, height: 100 });
    const result = await convert([
      task("/data/upload/1/1a2b3c4d-a.png", rectangle({ rectanglelabels: ["Dog"] })),
      task("/data/local-files/?d=sets/images/b%20c.png", rectangle({ rectanglelabels: ["Cat"] })),
      task("s3://bucket/images/c.png"),
    ]);
    expect(result).toMatchObject({ names: ["Cat", "Dog"], images: 3, objects: 2, background: 1, leftOut: {} });
    expect(await folder.rows("a")).toEqual([[1, 0.2, 0.35, 0.2, 0.3]]);
    expect((await Dataset.open({ yaml: result.yaml, split: "train" })).report).toMatchObject({ corrupt: 0 });
  });

  it("turns boxes clockwise around their left upper corner", async () => {
    const turned = rectangle({ rotation: 90, x: 50, rectanglelabels: ["Ship"] });
    await convert([task("a.png", turned)], { rotated: true });
    // 40 by 30 pixels from 100, 20: now 30 to the left and 40 down
    expect(await folder.rows("a")).toEqual([[0, 0.5, 0.2, 0.5, 0.6, 0.35, 0.6, 0.35, 0.2]]);
  });

  it("reads polygons, ellipses, and labels that are results of their own", async () => {
    const points = [
      [10, 10],
      [20, 10],
      [20, 30],
    ];
    const polygon = {
      ...common,
      id: "p",
      type: "polygonlabels",
      value: { points, closed: true, polygonlabels: ["Cat"] },
    };
    const ellipse = {
      ...common,
      ...{ id: "e", type: "ellipselabels" },
      value: { x: 50, y: 50, radiusX: 10, radiusY: 20, rotation: 0, ellipselabels: ["Cat"] },
    };
    const bare = { ...common, id: "r", type: "rectangle", value: box };
    const label = { ...common, id: "r", type: "labels", from_name: "kind", value: { ...box, labels: ["Dog"] } };
    await convert([task("a.png", polygon, ellipse, bare, label)], { polygons: true });
    const rows = await folder.rows("a");
    expect(rows.map(([name, ...numbers]) => [name, numbers.length])).toEqual([
      [0, 6],
      [0, 72],
      [1, 4],
    ]);
    expect(rows[0]).toEqual([0, 0.1, 0.1, 0.2, 0.1, 0.2, 0.3]);
  });

  it("makes keypoints of the points whose parent is a box", async () => {
    const owned = { parentID: "Dx_aB91ISN" };
    const tasks = [
      task(
        "a.png",
        point(15, 25, "nose", owned),
        rectangle({ rectanglelabels: ["Dog"] }),
        point(20, 30, "tail", owned),
        point(1, 1, "lost"),
      ),
    ];
    const { leftOut } = await convert(tasks, { keypoints: true, keypointNames: ["tail", "nose"] });
    expect(await folder.rows("a")).toEqual([[0, 0.2, 0.35, 0.2, 0.3, 0.2, 0.3, 2, 0.15, 0.25, 2]]);
    expect(leftOut).toEqual({ shape: 1 });
  });

  it("reads JSON-MIN", async () => {
    const min = { image: "/data/upload/1/0000aaaa-a.png", id: 1, annotator: 1, annotation_id: 3, lead_time: 2.5 };
    const label = [{ ...box, rectanglelabels: ["Dog"], original_width: 200, original_height: 100 }];
    expect(
      await convert([
        { ...min, label },
        { ...min, image: "b%20c.png" },
      ]),
    ).toMatchObject({ images: 2, objects: 1 });
    expect(await folder.rows("a")).toEqual([[0, 0.2, 0.35, 0.2, 0.3]]);
  });

  it("reads the last annotation that was not skipped, and counts the others", async () => {
    const result = (x: number): object[] => [rectangle({ x, rectanglelabels: ["Dog"] })];
    const annotations = [
      { result: result(10), updated_at: "2024-03-01T00:00:00Z" },
      { result: result(20), updated_at: "2024-04-01T00:00:00Z" },
      // vocabulary-allow: cancelled, the key is Label Studio's
      { result: result(30), updated_at: "2024-05-01T00:00:00Z", was_cancelled: true },
    ];
    const { leftOut } = await convert([{ id: 1, data: { image: "a.png" }, annotations }]);
    expect((await folder.rows("a"))[0]?.[1]).toBe(0.3);
    expect(leftOut).toEqual({ "other-annotator": 1 });
  });

  it("counts what it leaves out", async () => {
    const brush = {
      ...common,
      id: "b",
      type: "brushlabels",
      value: { format: "rle", rle: [1, 2], brushlabels: ["Dog"] },
    };
    const { leftOut } = await convert([
      task("a.png", brush, rectangle({ rectanglelabels: ["Dog"], x: "10" }), rectangle({}, { id: "n" })),
      task("gone.png"),
      { toString: 1, annotations: [{ result: [null, 7, { value: { points: "no" } }] }], data: { image: 3 } },
    ]);
    expect(leftOut).toEqual({ shape: 1, "no-box": 1, "unknown-class": 1, "missing-image": 2 });
  });

  it.each([
    ["a table", { images: [], annotations: [] }, "is no list of tasks"],
    ["an empty list", [], "is no list of tasks"],
  ])("refuses %s", async (_, content, message) => {
    await expect(convert(content)).rejects.toThrow(message);
  });

  it("names where a file is cut off", async () => {
    const annotations = await folder.write("cut.json", '[{"id": 1, "data": {"image": "a.png"}, "annot');
    const options = { annotations, images: folder.at("images"), output: folder.at("out") };
    await expect(convertLabelStudio(options)).rejects.toThrow(/cut\.json is not whole JSON, at its end/);
  });
});
