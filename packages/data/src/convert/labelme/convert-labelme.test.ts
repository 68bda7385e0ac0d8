import { encodeImage } from "@lookonce/image";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset } from "../../index.ts";
import { TestFolder } from "../test-annotations.ts";
import { convertLabelMe } from "./convert-labelme.ts";

let folder: TestFolder;
beforeEach(async () => {
  folder = await TestFolder.make();
  await folder.image("a.png", { width: 100, height: 50 });
});
afterEach(() => folder.remove());

const shape = (label: string, type: string, points: number[][], more: object = {}): object => {
  return { label, points, group_id: null, description: "", shape_type: type, flags: {}, mask: null, ...more };
};
const write = (name: string, shapes: readonly object[], more: object = {}): Promise<string> =>
  folder.write(
    `images/${name}.json`,
    JSON.stringify({
      ...{ version: "5.5.0", flags: {}, shapes, imagePath: `${name}.png`, imageData: null },
      ...{ imageHeight: 50, imageWidth: 100, ...more },
    }),
  );
/** The images lie beside the JSON files, as LabelMe leaves them. */
const convert = (more: object = {}): ReturnType<typeof convertLabelMe> =>
  convertLabelMe({ annotations: folder.at("images"), output: folder.at("out"), ...more });

describe("convertLabelMe", () => {
  it("makes boxes of rectangles, outlines, circles and masks", async () => {
    const data = new Uint8Array(4 * 3 * 3);
    for (const pixel of [1, 2, 4, 5, 6, 7, 9, 10]) data.fill(255, 3 * pixel, 3 * pixel + 3);
    const mask = Buffer.from(await encodeImage({ data, width: 4, height: 3 }, ".png")).toString("base64");
    await write("a", [
      // From the right lower corner to the left upper one
      shape("cat", "rectangle", [
        [30, 20],
        [10, 10],
      ]),
      shape("dog", "polygon", [
        [70, 10],
        [90, 10],
        [90, 20],
      ]),
      shape("dog", "circle", [
        [50, 25],
        [50, 35],
      ]),
      shape(
        "dog",
        "mask",
        [
          [20, 30],
          [23, 32],
        ],
        { mask },
      ),
    ]);
    const result = await convert();
    expect(result).toMatchObject({ names: ["cat", "dog"], images: 1, objects: 4, leftOut: {} });
    const rows = await folder.rows("a");
    expect(rows.slice(0, 3)).toEqual([
      [0, 0.2, 0.3, 0.2, 0.2],
      [1, 0.8, 0.3, 0.2, 0.2],
      [1, 0.5, 0.5, 0.2, 0.4],
    ]);
    // Outlines of masks go through the middles of pixels
    expect(rows[3]).toEqual([1, 0.22, 0.63, 0.03, 0.04]);
    expect((await Dataset.open({ yaml: result.yaml, split: "train" })).report).toMatchObject({
      instances: 4,
      corrupt: 0,
    });
  });

  it("makes keypoints of the points in an object's group", async () => {
    await write("a", [
      shape("nose", "point", [[20, 15]], { group_id: 1 }),
      shape(
        "cat",
        "rectangle",
        [
          [10, 10],
          [30, 20],
        ],
        { group_id: 1 },
      ),
      shape("tail", "point", [[30, 20]], { group_id: 1, flags: { occluded: true } }),
      shape(
        "cat",
        "rectangle",
        [
          [50, 10],
          [70, 20],
        ],
        { group_id: 2 },
      ),
      shape("nose", "point", [[1, 1]]),
    ]);
    const { leftOut } = await convert({ keypoints: true, names: ["cat"] });
    expect(await folder.rows("a")).toEqual([
      [0, 0.2, 0.3, 0.2, 0.2, 0.2, 0.3, 2, 0.3, 0.4, 1],
      [0, 0.6, 0.3, 0.2, 0.2, 0, 0, 0, 0, 0, 0],
    ]);
    expect(leftOut).toEqual({ shape: 1 });
  });

  it("makes oriented boxes of outlines and of the corners that other programs write", async () => {
    const corners = [
      [10, 10],
      [30, 10],
      [30, 20],
      [10, 20],
    ];
    await write("a", [shape("ship", "rotation", corners, { direction: 1.5 })]);
    await convert({ rotated: true });
    expect(await folder.rows("a")).toEqual([[0, 0.1, 0.2, 0.3, 0.2, 0.3, 0.4, 0.1, 0.4]]);
  });

  it("finds an image by the file's name where imagePath leads nowhere, and its size in the image", async () => {
    await write(
      "a",
      [
        shape("cat", "rectangle", [
          [0, 0],
          [50, 25],
        ]),
      ],
      {
        ...{ imagePath: "..\\..\\elsewhere\\z.png", imageWidth: null, imageHeight: null },
      },
    );
    expect(await convert()).toMatchObject({ images: 1, objects: 1 });
    expect(await folder.rows("a")).toEqual([[0, 0.25, 0.25, 0.5, 0.5]]);
  });

  it("counts what it leaves out", async () => {
    await write("a", [
      shape("cat", "line", [
        [1, 1],
        [5, 5],
      ]),
      shape("cat", "linestrip", [
        [1, 1],
        [5, 5],
      ]),
      shape("cat", "rectangle", [[1, 1]]),
      shape(
        "cat",
        "mask",
        [
          [1, 1],
          [5, 5],
        ],
        { mask: "no image" },
      ),
      shape(
        "cat",
        "rectangle",
        [
          [1, 1],
          [5, 5],
        ],
        { difficult: true },
      ),
    ]);
    await write("gone", []);
    await folder.write("images/cut.json", '{"shapes": [');
    await folder.write("images/other.json", "{}");
    await folder.write("images/deep.json", "[".repeat(100_000));
    const { leftOut, examples } = await convert();
    expect(leftOut).toEqual({ shape: 2, "no-box": 2, difficult: 1, "missing-image": 1, "damaged-file": 3 });
    expect(examples.map(({ reason }) => reason).join("\n")).toMatch(/other\.json: it has no list "shapes"/);
  });
});
