import "@tensorflow/tfjs-backend-cpu";
import { describe, expect, it } from "vitest";
import { DetectionModel, describeHead, parseModelConfig, readModelConfig } from "../index.ts";
import type { AnchorFreeHead } from "./describe-head.ts";

/** The head of a shipped model, with other arguments of Detect. */
function headOf(name: string, options: { nc?: number; detect?: unknown[] } = {}) {
  const { nc, detect } = options;
  const { source } = readModelConfig(name, nc === undefined ? {} : { nc });
  const document = structuredClone(source) as { head: unknown[][] };
  if (detect !== undefined) (document.head.at(-1) as unknown[])[3] = detect;
  const model = new DetectionModel(parseModelConfig(document, { name: `${name}.yaml` }));
  return { model, head: describeHead(model.head) };
}

describe("the head of yolov8x-p2", () => {
  // A box branch of c channels: 3·3·c·64 + 2·64, 3·3·64·64 + 2·64, 64·64 + 64; a class branch: 3·3·c·160 + 2·160,
  // 3·3·160·160 + 2·160, 160·80 + 80. Batch normalization has two parameters a channel.
  it("is narrow because its finest map has 160 channels, computed by hand", () => {
    const { head } = headOf("yolov8x-p2");
    expect(head).toEqual({
      family: "v8",
      parameters: 4_688_976,
      nc: 80,
      regMax: 16,
      c2: 64,
      c3: 160,
      rule: { c2: 64, c3: 160 },
      branches: ["one2many"],
      dfl: 16,
      levels: [
        { stride: 4, channels: 160, box: 133_440, class: 474_320 },
        { stride: 8, channels: 320, box: 225_600, class: 704_720 },
        { stride: 16, channels: 640, box: 409_920, class: 1_165_520 },
        { stride: 32, channels: 640, box: 409_920, class: 1_165_520 },
      ],
    });
  });

  it("is as wide as that of yolov8x on request, computed by hand", () => {
    const wide = headOf("yolov8x").head as AnchorFreeHead;
    expect([wide.c2, wide.c3, wide.parameters]).toEqual([80, 320, 8_795_008]);
    const { head, model } = headOf("yolov8x-p2", { detect: ["nc", { c2: 80, c3: 320 }] });
    // Over all levels 1,760 channels: 720·1,760 + 4·63,104 for boxes, 2,880·1,760 + 4·948,560 for classes, 16.
    expect(head).toMatchObject({ c2: 80, c3: 320, rule: { c2: 64, c3: 160 }, parameters: 10_382_672 });
    expect((head as AnchorFreeHead).levels.slice(1)).toMatchObject(wide.levels.map(({ stride }) => ({ stride })));
    expect((head as AnchorFreeHead).levels[1]).toEqual({ ...wide.levels[0] });
    expect(model.family).toBe("v8");
    expect(model.layers.at(-1)?.args).toEqual([80, { c2: 80, c3: 320 }, [160, 320, 640, 640]]);
  });
});

describe("widths set by hand", () => {
  it("leave alone what is not set, and other stages as YOLOv8 has them", () => {
    const { head, model } = headOf("yolov8n", { detect: ["nc", { c2: 32 }] });
    // 288·448 + 3·(64 + 9,216 + 64 + 2,112) for boxes; classes as ever: 720·448 + 3·(160 + 57,600 + 160 + 6,480).
    expect(head).toMatchObject({ c2: 32, c3: 80, parameters: 129_024 + 34_368 + 322_560 + 193_200 + 16 });
    expect(model.config.layers).toHaveLength(23);
  });

  it("are right for YOLO11's depthwise class branches", () => {
    // A class branch of c channels: 9c + 2c, 32c + 64, 9·32 + 64, 32·32 + 64, 32·80 + 80.
    const { head } = headOf("yolo11n", { detect: ["nc", { c3: 32 }] });
    expect(head).toMatchObject({ c2: 64, c3: 32, parameters: 43 * 448 + 3 * 4144 + 381_888 + 16 });
  });

  it("survive being saved with the weights", () => {
    const { model } = headOf("yolov8n", { detect: ["nc", { c2: 32, c3: 48 }], nc: 3 });
    const again = new DetectionModel(parseModelConfig(JSON.parse(JSON.stringify(model.config.source))));
    expect(describeHead(again.head)).toMatchObject({ nc: 3, c2: 32, c3: 48 });
  });

  it.each([
    [{ c2: 0 }, "layer 22 (Detect): c2 is 0: a number of channels, a whole number from 1"],
    [{ c3: "wide" }, 'layer 22 (Detect): c3 is "wide"'],
    [{ c4: 3 }, 'layer 22 (Detect): has no option "c4", only c2 and c3. Did you mean'],
  ])("%j is reported", (widths, message) => {
    expect(() => headOf("yolov8n", { detect: ["nc", widths] })).toThrow(message);
  });

  it("are not for the anchor-based head", () => {
    expect(() => headOf("yolov5n", { detect: ["nc", "anchors", { c2: 16 }] })).toThrow("takes at most 2 arguments");
  });
});

describe("the anchor-based head", () => {
  it("is one convolution a level, computed by hand", () => {
    expect(headOf("yolov5n", { nc: 3 }).head).toEqual({
      family: "v5",
      parameters: 24 * (64 + 128 + 256) + 3 * 24,
      nc: 3,
      anchors: 3,
      outputs: 24,
      levels: [
        { stride: 8, channels: 64, parameters: 64 * 24 + 24 },
        { stride: 16, channels: 128, parameters: 128 * 24 + 24 },
        { stride: 32, channels: 256, parameters: 256 * 24 + 24 },
      ],
    });
  });
});
