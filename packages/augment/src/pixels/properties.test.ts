import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { randomChannelSwap, randomGray } from "../color/channels.ts";
import { randomClahe } from "../color/clahe.ts";
import { randomEqualize } from "../color/equalize.ts";
import { randomHsv } from "../color/hsv.ts";
import { randomBrightnessContrast, randomGamma } from "../color/tone.ts";
import type { Transform } from "../compose.ts";
import type { Sample } from "../sample.ts";
import { randomBlur } from "./box-blur.ts";
import { randomCutout } from "./cutout.ts";
import { randomJpegQuality } from "./jpeg-quality.ts";
import { randomMedianBlur } from "./median-blur.ts";
import { rareChanges } from "./rare-changes.ts";
import { randomReplicate } from "./replicate.ts";

const onPixels: Record<string, (probability: number) => Transform> = {
  hsv: (p) => randomHsv({ hue: 0.1 * p, saturation: 0.5 * p, value: 0.5 * p }),
  channelSwap: randomChannelSwap,
  gray: randomGray,
  equalize: randomEqualize,
  clahe: (probability) => randomClahe({ probability }),
  claheOfLuma: (probability) => randomClahe({ probability, space: "yuv" }),
  brightnessContrast: (probability) => randomBrightnessContrast({ probability }),
  gamma: (probability) => randomGamma({ probability }),
  blur: (probability) => randomBlur({ probability }),
  medianBlur: (probability) => randomMedianBlur({ probability }),
  jpegQuality: (probability) => randomJpegQuality({ probability }),
  rareChanges: (p) =>
    rareChanges({ blur: p, medianBlur: p, gray: p, clahe: p, brightnessContrast: p, gamma: p, jpegQuality: p }),
};
const onObjects: Record<string, (probability: number) => Transform> = {
  cutout: randomCutout,
  replicate: randomReplicate,
};
const all = Object.entries({ ...onPixels, ...onObjects });

/** An image with up to five objects, some with an outline. */
function randomSample(rng: Random): Sample {
  const width = rng.integer(1, 24);
  const height = rng.integer(1, 24);
  const soft = rng.chance(0.5);
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    soft ? 128 + 100 * Math.sin(i / 40) : rng.integer(0, 256),
  );
  const count = rng.integer(0, 6);
  const boxes = new Float32Array(count * 4);
  for (let row = 0; row < count; row++) {
    const x1 = rng.uniform(0, width);
    const y1 = rng.uniform(0, height);
    boxes.set([x1, y1, rng.uniform(x1, width), rng.uniform(y1, height)], row * 4);
  }
  const polygons = Array.from({ length: count }, (_, row) =>
    row % 2 === 0 ? new Float32Array(0) : boxes.slice(row * 4, row * 4 + 4),
  );
  return {
    image: { data, width, height },
    boxes,
    classes: Int32Array.from({ length: count }, (_, i) => i),
    polygons,
  };
}

function copy({ image, boxes, classes, polygons }: Sample): Sample {
  return {
    image: { ...image, data: image.data.slice() },
    boxes: boxes.slice(),
    classes: classes.slice(),
    polygons: polygons?.map((polygon) => polygon.slice()) ?? [],
  };
}

describe.each(all)("%s", (name, make) => {
  const rounds = Array.from({ length: 8 }, (_, round) => ({
    round,
    sample: randomSample(new Random(`${name}${round}`)),
  }));

  it("keeps the size, leaves its input alone, and produces the same bytes for the same seed", () => {
    for (const { round, sample } of rounds) {
      const before = copy(sample);
      const result = make(1)(sample, new Random(round));
      expect(sample).toEqual(before);
      expect([result.image.width, result.image.height]).toEqual([sample.image.width, sample.image.height]);
      expect(result.image.data).toHaveLength(sample.image.data.length);
      expect(make(1)(sample, new Random(round))).toEqual(result);
    }
  });
  it("does nothing with probability 0", () => {
    for (const { round, sample } of rounds) expect(make(0)(sample, new Random(round))).toBe(sample);
  });
});

describe.each(Object.entries(onPixels))("%s", (name, make) => {
  it("leaves boxes, classes and polygons as they are", () => {
    for (let round = 0; round < 4; round++) {
      const sample = randomSample(new Random(`${name} objects ${round}`));
      const { image, ...objects } = make(1)(sample, new Random(round));
      expect(objects).toEqual({ boxes: sample.boxes, classes: sample.classes, polygons: sample.polygons });
    }
  });
});

describe("cutout and replicate", () => {
  it("cutout's boxes are some of the old ones, unchanged", () => {
    for (let round = 0; round < 40; round++) {
      const sample = randomSample(new Random(`cutout ${round}`));
      const { boxes, classes, polygons = [] } = randomCutout(1)(sample, new Random(round));
      classes.forEach((row, i) => {
        expect(boxes.slice(i * 4, i * 4 + 4)).toEqual(sample.boxes.slice(row * 4, row * 4 + 4));
        expect(polygons[i]).toEqual(sample.polygons?.[row]);
      });
    }
  });
  it("replicate's boxes are the old ones, and copies of the same class inside the image", () => {
    for (let round = 0; round < 40; round++) {
      const sample = randomSample(new Random(`replicate ${round}`));
      const { boxes, classes, polygons } = randomReplicate(1)(sample, new Random(round));
      const count = sample.classes.length;
      expect(classes.length).toBeLessThanOrEqual(Math.ceil(count * 1.5));
      expect(polygons).toHaveLength(classes.length);
      expect(boxes.slice(0, count * 4)).toEqual(sample.boxes);
      boxes.subarray(count * 4).forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(i % 2 === 0 ? sample.image.width : sample.image.height);
      });
    }
  });
});
