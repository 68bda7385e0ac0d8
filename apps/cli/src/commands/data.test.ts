import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();
const shapes = join(folder, "shapes");

describe("lookonce data", () => {
  it("lists its commands, and knows what was meant", async () => {
    const { code, stdout } = await lookonce("data");
    expect(code).toBe(0);
    for (const name of ["check", "convert", "split", "shapes"]) expect(stdout).toContain(`  data ${name} `);
    expect((await lookonce("help", "data")).stdout).toBe(stdout);
    expect((await lookonce("data", "--help")).stdout).toBe(stdout);
    expect((await lookonce("help", "data", "split")).stdout).toContain("weights=0.9,0.1,0");
    expect(await lookonce("data", "chek", "data=x")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "data check"?'),
    });
    expect((await lookonce("data", "check", "dat=x")).stderr).toContain('Did you mean "data"?');
    expect((await lookonce("data", "check")).stderr).toContain("data check needs data=file.yaml");
  });

  it("draws, splits and checks a data set", async () => {
    const drawn = await lookonce("data", "shapes", `output=${shapes}`, "train=6", "val=2", "size=64", "--json");
    expect(drawn.json()).toMatchObject({ images: { train: 6, val: 2 } });
    const split = await lookonce(
      "data",
      "split",
      `images=${join(shapes, "images", "train")}`,
      "weights=2,1,0",
      "--json",
    );
    expect(split.json()).toMatchObject({ images: { train: 4, val: 2, test: 0 }, leftOut: 0 });
    const yaml = join(shapes, "shapes.yaml");
    const good = await lookonce("data", "check", `data=${yaml}`);
    expect(good.code).toBe(0);
    expect(good.stdout).toMatch(/shapes\.yaml: 5 classes: circle, square/);
    expect(good.stdout).toMatch(/^train +6 +\d+ +6 +0 +0 +0 +0$/m);
    expect(good.stdout).toContain("Nothing is wrong.");
  });

  it("names what is wrong, and does not mistake an old check for a new one", async () => {
    const yaml = join(shapes, "shapes.yaml");
    writeFileSync(join(shapes, "labels", "val", "00001.txt"), "0 0.5 0.5 0.1 0.1\n7 0.5 0.5 0.1 0.1\n0 2 2 1 1\n");
    const { stdout } = await lookonce("data", "check", `data=${yaml}`, "show=1");
    expect(stdout).toMatch(/^class +0 +1$/m);
    expect(stdout).toMatch(/^out-of-bounds +0 +1$/m);
    expect(stdout).toMatch(/^val: .*00001\.txt, line 2: class 7 of 5 classes/m);
    expect(stdout).toContain("val: and 1 more");
    const { splits } = (await lookonce("data", "check", `data=${yaml}`, "splits=val", "--json")).json<{
      splits: Record<string, { problems: object[] }>;
    }>();
    expect(Object.keys(splits)).toEqual(["val"]);
    expect(splits.val?.problems).toHaveLength(2);
    expect(await lookonce("data", "check", `data=${yaml}`, "strict=true")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("class 7 of 5 classes"),
      stderr: expect.stringMatching(/shapes\.yaml: 2 images or labels are wrong/),
    });
  });

  it("reports the splits that can be used before it fails for the others", async () => {
    const yaml = join(shapes, "broken.yaml");
    writeFileSync(yaml, "train: images/train\nval: images/vall\nnc: 5\n");
    const { code, stdout, stderr } = await lookonce("data", "check", `data=${yaml}`);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^train +6/m);
    expect(stderr).toMatch(/names "images\/vall".* Did you mean .*val\?/);
  });

  it("converts, and says what each form cannot do", async () => {
    const file = join(folder, "instances.json");
    const image = { id: 1, file_name: "00000.jpg", width: 64, height: 64 };
    const annotations = [0, 1].map((iscrowd) => ({
      id: 1,
      image_id: 1,
      category_id: 1,
      bbox: [8, 8, 16, 32],
      iscrowd,
    }));
    writeFileSync(file, JSON.stringify({ images: [image], categories: [{ id: 1, name: "cat" }], annotations }));
    const [output, images] = [join(folder, "coco"), join(shapes, "images", "train")];
    const { code, stdout } = await lookonce(
      "data",
      "convert",
      `annotations=${file}`,
      `images=${images}`,
      `output=${output}`,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/train: 1 images with 1 objects of 1 classes/);
    expect(stdout).toMatch(/^crowd +1$/m);
    expect(readFileSync(join(output, "labels", "train", "00000.txt"), "utf8")).toBe("0 0.25 0.375 0.25 0.5\n");
    const wrong = await lookonce("data", "convert", `annotations=${file}`, `output=${output}`, "difficult=true");
    expect(wrong.stderr).toContain("difficult is only for annotations in the form of VOC");
    mkdirSync(join(folder, "xml"));
    const empty = await lookonce(
      "data",
      "convert",
      `annotations=${join(folder, "xml")}`,
      `images=${images}`,
      "output=x",
    );
    expect(empty.stderr).toContain("contains no XML files");
  });
});
