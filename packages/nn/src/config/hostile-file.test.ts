import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { afterAll, describe, expect, it } from "vitest";
import { DetectionModel, parseModelConfig, readModelConfig } from "../index.ts";

const head = "head:\n  - [[-1], 1, Detect, [nc]]\n";
const backbone = "backbone:\n  - [-1, 1, Conv, [16, 3, 2]]\n";
const good = `nc: 2\n${backbone}${head}`;
/** A file whose second layer is `layer`. */
const withLayer = (layer: string): string => `nc: 2\n${backbone}  - ${layer}\n${head}`;

/** The message of the error that building the file throws. */
function complaint(text: string): string {
  try {
    new DetectionModel(parseModelConfig(text, { name: "x.yaml" }));
  } catch (error) {
    expect(error).toBeInstanceOf(LookonceError);
    expect((error as Error).message.length).toBeLessThan(700);
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

/** Ten aliases of the line before on each line. */
const laughs = (lines: number): string =>
  Array.from({ length: lines }, (_, i) =>
    i === 0 ? "a0: &a0 [lol, lol]" : `a${i}: &a${i} [${`*a${i - 1}, `.repeat(10)}]`,
  ).join("\n");

describe("a file that is no model file", () => {
  it.each([
    ["", "x.yaml is empty; expected a table of keys such as nc, backbone and head."],
    ["\n  \n", "x.yaml is empty"],
    ["# only a remark\n", "x.yaml is empty"],
    ["- 1\n- 2\n", "x.yaml is a list at the top; expected a table of keys"],
    ["yolov8n", 'x.yaml is the text or number "yolov8n" at the top'],
    ["nc: 2\nbackbone: [\n", "x.yaml, line 3 is not valid YAML"],
    ["nc: 2\nnc: 3\n", "x.yaml, line 2 is not valid YAML"],
    ["nc: !!python/object:os.system {}\n", "x.yaml, line 1 is not valid YAML"],
    ["\u0089PNG\r\n\u001a\n\u0000\u0000", "x.yaml, line 3 is not valid YAML"],
    [`x: ${"[".repeat(50_000)}`, "x.yaml, line 1 is not valid YAML"],
    [`nc: 2\nx: ${"[".repeat(40)}${"]".repeat(40)}\n`, "x.yaml: x: lists lie too deep in each other"],
  ])("%j is reported", (text, expected) => {
    expect(complaint(text)).toContain(expected);
  });
});

describe("aliases", () => {
  it("may repeat anchors and layers", () => {
    const text = `nc: 2\ndown: &down [-1, 1, Conv, [16, 3, 2]]\nbackbone: [*down, *down]\n${head}`;
    expect(new DetectionModel(parseModelConfig(text)).strides).toEqual([4]);
  });

  it("that go round in a circle are reported with their layer", () => {
    expect(complaint(`nc: 2\nbackbone:\n  - &a [-1, 1, Conv, [16, *a]]\n${head}`)).toBe(
      "x.yaml: layer 0: an alias refers to what it is part of",
    );
    expect(complaint(`nc: 2\n${backbone}head:\n  - &a [-1, 1, Detect, {c2: *a}]\n`)).toBe(
      "x.yaml: layer 1: an alias refers to what it is part of",
    );
    expect(complaint("&a\nnc: *a\n")).toBe("x.yaml: nc: an alias refers to what it is part of");
  });

  it("that stand for a thousand million values are reported", () => {
    expect(complaint(`${good}${laughs(12)}\n`)).toMatch(
      /^x\.yaml: a\d+: too large to read, with its aliases written out$/,
    );
    expect(complaint(`${laughs(12)}\nnc: 2\nbackbone:\n  - [-1, 1, Conv, *a11]\n${head}`)).toContain("too large");
    const long = "x".repeat(1000);
    expect(complaint(`${good}s: &s ${long}\nt: [${"*s, ".repeat(2000)}]\n`)).toBe(
      "x.yaml: t: too large to read, with its aliases written out",
    );
  });

  it("are not read at all where there are 10 MB of them", () => {
    const text = `${good}anchors: &a [10, 13]\nmore:\n${"  - *a\n".repeat(1_500_000)}`;
    expect(text.length).toBeGreaterThan(10e6);
    expect(complaint(text)).toMatch(/^x\.yaml has 10,\d{3},\d{3} characters; at most 1,000,000 are read\.$/);
  });

  it("of an object from a checkpoint are followed too", () => {
    const layer: unknown[] = [-1, 1, "Conv", [16]];
    layer[3] = layer;
    expect(() => parseModelConfig({ backbone: [layer], head: [] }, { name: "a.pt" })).toThrow(
      "a.pt: layer 0: an alias refers to what it is part of",
    );
  });
});

describe("numbers that no model can have", () => {
  it.each([
    ["nc: .nan\n", "x.yaml: nc is NaN: a whole number of at least 1"],
    ["nc: eighty\n", 'x.yaml: nc is "eighty"'],
    ["nc: 2.5\n", "x.yaml: nc is 2.5"],
    ["nc: -1\n", "x.yaml: nc is -1"],
    ["nc: 1.0e+12\n", "x.yaml: nc is 1000000000000: a whole number from 1 to 100000"],
    ["nc: [80]\n", "x.yaml: nc is [80]"],
    ["depth_multiple: .nan\n", "x.yaml: depth_multiple is NaN: a number above 0"],
    ["width_multiple: .inf\n", "x.yaml: width_multiple is Infinity: a number above 0"],
    ["width_multiple: -0.5\n", "x.yaml: width_multiple is -0.5"],
    ["width_multiple: wide\n", 'x.yaml: width_multiple is "wide"'],
    ["scales: {n: [.nan, 1, 1]}\n", 'x.yaml: scale "n" is ["NaN",1,1]: [depth, width, max channels]'],
    ["scales: {n: [1, 1]}\n", 'x.yaml: scale "n" is [1,1]'],
    ["scales: 3\n", "x.yaml: there is no scale"],
    ["width_multiple: 1.0e+9\n", "x.yaml, layer 0 (Conv): with it the model has"],
    ["reg_max: 0\n", "x.yaml: reg_max is 0"],
    ["ch: 0\n", "x.yaml: ch is 0"],
  ])("%j is reported", (line, expected) => {
    expect(complaint(good.replace("nc: 2\n", line.startsWith("nc") ? line : `nc: 2\n${line}`))).toContain(expected);
  });

  it.each([
    ["[-1, 1000000000, Conv, [16]]", "layer 1 (Conv): repeats is 1000000000: a whole number from 1 to 1000"],
    ["[-1, .inf, Conv, [16]]", "layer 1 (Conv): repeats is Infinity"],
    ["[-1, .nan, Conv, [16]]", "layer 1 (Conv): repeats is NaN"],
    ["[-1, 1, C2f, [0]]", "layer 1 (C2f): argument 1 (channels) is 0: a whole number from 1"],
    ["[-1, 1, C3, [-64]]", "layer 1 (C3): argument 1 (channels) is -64"],
    ["[-1, 1, C2f, [.nan]]", "layer 1 (C2f): argument 1 (channels) is NaN"],
    ["[-1, 1, C2f, [16, true, 1, 0.01]]", "layer 1 (C2f): its cv1.conv.weight would be 1x1x16x0: no channels are left"],
    ["[-1, 1, C2f, [16, true, 1, 1.0e+200]]", "layer 1 (C2f): its cv1.conv.weight would be 1x1x16x"],
    ["[-1, 1, C2f, [16, true, 1, .inf]]", "layer 1 (C2f): argument 4 (expansion) is Infinity"],
    ["[-1, 1, C2f, []]", "layer 1 (C2f): argument 1 (channels) is missing"],
    ["[-1, 1, Conv, [1000000, 1000]]", "layer 1 (Conv): with it the model has 16,000,"],
    ["[-1, 1, Upsample, [null, 100000]]", "layer 1 (Upsample): the map is 12800000x12800000 here"],
    ["[-1, 1, Conv, [16, 1, 1, 900000]]", "layer 1 (Conv): the map is 1800128x1800128 here"],
    ["[-1, 1, TransformerBlock, [16, 4, 100000]]", "layer 1 (TransformerBlock): layers is 100000"],
    [`[[${"0, ".repeat(200)}], 1, Concat, [1]]`, "layer 1 (Concat) reads from 200 layers"],
    ["[5, 1, Conv, [16]]", "layer 1 reads from 5, which does not exist: the layers before it are 0 to 0"],
    ["[1, 1, Conv, [16]]", "layer 1 reads from 1, which does not exist"],
    ["[one, 1, Conv, [16]]", 'layer 1 reads from "one", which does not exist'],
    ["[-1, 1, {Conv: 1}, [16]]", 'layer 1: the module is {"Conv":1}, not a name'],
    [`[-1, 1, ${"C".repeat(5000)}, [16]]`, "layer 1: the module is"],
    ["[-1, 1, CrossConv, [16, 3, 2, 1, 1.0, true]]", "layer 1 (CrossConv): a shortcut needs stride 1, but it is 2"],
    ["[[-1], 1, Detect, [nc, 1000000]]", "layer 1 (Detect): anchors are 1000000"],
  ])("%s is reported", (layer, expected) => {
    expect(complaint(withLayer(layer))).toMatch(/^x\.yaml[,:] layer 1/);
    expect(complaint(withLayer(layer))).toContain(expected);
  });

  it("more modules than can be built are reported", () => {
    const layers = "  - [-1, 1000, C2f, [8]]\n".repeat(20);
    expect(complaint(`nc: 2\n${backbone}${layers}${head}`)).toMatch(
      /^x\.yaml, layer \d+ \(C2f\): with it the model has .* modules/,
    );
  });

  it("repeats are counted after scaling", () => {
    const text = `depth_multiple: 1.0e+9\n${withLayer("[-1, 3, Conv, [16]]")}`;
    expect(complaint(text)).toContain("layer 1 (Conv): 3 repeats scaled by 1000000000 are 3000000000: at most 1000");
  });

  it("a head for another number of classes is reported", () => {
    expect(complaint(good.replace("[nc]", "[80]"))).toContain("layer 1 (Detect): has 80 classes where nc is 2");
  });
});

describe("readModelConfig", () => {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-nn-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("names a folder and a huge file for what they are", () => {
    mkdirSync(join(folder, "model.yaml"));
    expect(() => readModelConfig(join(folder, "model.yaml"))).toThrow(/model\.yaml is a folder/);
    const huge = join(folder, "huge.yaml");
    writeFileSync(huge, `${good}${"# filler\n".repeat(2_000_000)}`);
    expect(() => readModelConfig(huge)).toThrow(/huge\.yaml has 18,\d{3},\d{3} bytes/);
  });

  it.skipIf(process.platform === "win32")("refuses a named pipe at once", () => {
    const pipe = join(folder, "pipe.yaml");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    expect(() => readModelConfig(pipe)).toThrow(`${pipe} is a named pipe; expected a model file, a regular file.`);
  });
});
