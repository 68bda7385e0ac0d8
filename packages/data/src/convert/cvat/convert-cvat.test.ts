import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset } from "../../index.ts";
import { TestFolder } from "../test-annotations.ts";
import { convertCvat } from "./convert-cvat.ts";

let folder: TestFolder;
beforeEach(async () => {
  folder = await TestFolder.make();
  await folder.image("a.png", { width: 100, height: 50 });
  await folder.image("more/b.png", { width: 20, height: 10 });
});
afterEach(() => folder.remove());

const task = (images: string): string => `<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <id>1</id>
      <name>pets &amp; people</name>
      <labels>
        <label><name>person</name><color>#aa0000</color><type>skeleton</type><attributes></attributes><svg>&lt;line&gt;</svg></label>
        <label><name>left_eye</name><color>#00aa00</color><type>points</type><attributes></attributes><parent>person</parent></label>
        <label><name>right_eye</name><type>points</type><attributes></attributes><parent>person</parent></label>
        <label>
          <name>cat</name><type>any</type>
          <attributes><attribute><name>difficult</name><mutable>False</mutable></attribute></attributes>
        </label>
      </labels>
    </task>
    <dumped>2024-01-01 00:00:00.000000+00:00</dumped>
  </meta>
  ${images}
</annotations>
`;

const shapes = `<image id="0" name="a.png" width="100" height="50">
  <tag label="cat" source="manual"></tag>
  <box label="cat" source="manual" occluded="0" xtl="10.00" ytl="10.00" xbr="30.00" ybr="20.00" z_order="0"></box>
  <box label="cat" source="manual" occluded="0" xtl="40.00" ytl="20.00" xbr="60.00" ybr="30.00" rotation="90.00" z_order="0"></box>
  <polygon label="cat" source="manual" occluded="0" points="70.00,10.00;90.00,10.00;90.00,20.00" z_order="0"></polygon>
  <ellipse label="cat" source="manual" occluded="0" cx="50.00" cy="25.00" rx="10.00" ry="5.00" z_order="0"></ellipse>
  <mask label="cat" source="manual" occluded="0" rle="1, 2, 1, 4, 1, 2, 1" left="20" top="30" width="4" height="3" z_order="0"></mask>
</image>
<image id="1" name="more/b.png" width="20" height="10"></image>`;

const skeleton = `<image id="0" name="a.png" width="100" height="50">
  <skeleton label="person" source="manual" z_order="0">
    <points label="right_eye" source="manual" outside="0" occluded="1" points="30.00,10.00"></points>
    <points label="left_eye" source="manual" outside="0" occluded="0" points="50.00,20.00"></points>
  </skeleton>
</image>`;

const options = (annotations: string): { annotations: string; images: string; output: string } => {
  return { annotations, images: folder.at("images"), output: folder.at("out") };
};

describe("convertCvat", () => {
  it("makes boxes of all shapes that have one, with the classes in the task's order", async () => {
    const result = await convertCvat(options(await folder.write("annotations.xml", task(shapes))));
    expect(result).toMatchObject({ names: ["person", "cat"], images: 2, background: 1, objects: 5, leftOut: {} });
    expect(await folder.rows("a")).toEqual([
      [1, 0.2, 0.3, 0.2, 0.2],
      // Turned by a quarter around its center
      [1, 0.5, 0.5, 0.1, 0.4],
      [1, 0.8, 0.3, 0.2, 0.2],
      [1, 0.5, 0.5, 0.2, 0.2],
      [1, 0.22, 0.63, 0.04, 0.06],
    ]);
    const { report } = await Dataset.open({ yaml: result.yaml, split: "train" });
    expect(report).toMatchObject({ images: 2, instances: 5, corrupt: 0 });
  });

  it("makes outlines of those that have one", async () => {
    const file = await folder.write("annotations.xml", task(shapes));
    await convertCvat({ ...options(file), polygons: true });
    const rows = await folder.rows("a");
    expect(rows.map(({ length }) => (length - 1) / 2)).toEqual([2, 4, 3, 36, expect.any(Number)]);
    expect(rows[2]).toEqual([1, 0.7, 0.2, 0.9, 0.2, 0.9, 0.4]);
  });

  it("makes the corners of oriented boxes", async () => {
    const file = await folder.write("annotations.xml", task(shapes));
    await convertCvat({ ...options(file), rotated: true });
    const [upright, turned] = await folder.rows("a");
    expect(upright).toEqual([1, 0.1, 0.2, 0.3, 0.2, 0.3, 0.4, 0.1, 0.4]);
    const corners = Array.from({ length: 4 }, (_, i) => turned?.slice(1 + 2 * i, 3 + 2 * i).join(" ")).sort();
    expect(corners).toEqual(["0.45 0.3", "0.45 0.7", "0.55 0.3", "0.55 0.7"]);
  });

  it("makes keypoints of skeletons, with a box around those that are labeled", async () => {
    const file = await folder.write("annotations.xml", task(skeleton));
    const { yaml } = await convertCvat({ ...options(file), keypoints: true, names: ["person"] });
    expect(await folder.rows("a")).toEqual([[0, 0.4, 0.3, 0.2, 0.2, 0.5, 0.4, 2, 0.3, 0.2, 1]]);
    const { keypoints } = await Dataset.open({ yaml, split: "train" });
    expect(keypoints).toEqual({ shape: [2, 3], flip: [1, 0], names: ["left_eye", "right_eye"] });
  });

  it("counts what it leaves out", async () => {
    const file = await folder.write(
      "annotations.xml",
      task(`<image id="0" name="a.png" width="100" height="50">
        <polyline label="cat" points="1.0,1.0;5.0,5.0"></polyline>
        <points label="cat" points="1.0,1.0"></points>
        <cuboid label="cat" xtl1="1.0"></cuboid>
        <box label="dog" xtl="1" ytl="1" xbr="2" ybr="2"></box>
        <box label="cat" xtl="x" ytl="1" xbr="2" ybr="2"></box>
        <box label="cat" xtl="2" ytl="2" xbr="1" ybr="1"></box>
        <mask label="cat" rle="1, 99" left="0" top="0" width="2" height="2"></mask>
        <box label="cat" xtl="1" ytl="1" xbr="9" ybr="9"><attribute name="difficult">true</attribute></box>
      </image>
      <image id="1" name="gone.png" width="20" height="10"></image>
      <image id="2" name="other/a.png" width="100" height="50"></image>`),
    );
    const { leftOut, objects, images } = await convertCvat(options(file));
    expect(leftOut).toEqual({
      ...{ shape: 3, "unknown-class": 1, "no-box": 2, "no-area": 1, difficult: 1 },
      ...{ "missing-image": 1, "name-taken": 1 },
    });
    expect({ objects, images }).toEqual({ objects: 0, images: 1 });
  });

  it("needs no images to write labels alone", async () => {
    const annotations = await folder.write("annotations.xml", task(shapes));
    const { images } = await convertCvat({ annotations, output: folder.at("out"), saveImages: "none" });
    expect(images).toBe(2);
    await expect(convertCvat({ annotations, output: folder.at("more") })).rejects.toThrow("images must name");
  });

  it.each([
    ["is cut off", task(shapes).slice(0, 1500), /annotations\.xml is not whole XML, at its end: it seems cut off/],
    ["is another format", "<annotation><object/></annotation>", "is no file of CVAT"],
    ["lies too deep", "<a>".repeat(100), "elements lie too deep in each other"],
    [
      "has entities of its own",
      '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><annotations>&d;</annotations>',
      /Invalid character entity/,
    ],
  ])("names what is wrong with a file that %s", async (_, text, message) => {
    const file = await folder.write("annotations.xml", text);
    await expect(convertCvat(options(file))).rejects.toThrow(message);
  });

  it("writes one form of labels", async () => {
    const file = await folder.write("annotations.xml", task(shapes));
    await expect(convertCvat({ ...options(file), polygons: true, rotated: true })).rejects.toThrow(
      "A data set has one of polygons and rotated",
    );
    await expect(convertCvat({ ...options(file), names: ["cat"], keypoints: true })).resolves.toMatchObject({
      objects: 5,
    });
  });
});
