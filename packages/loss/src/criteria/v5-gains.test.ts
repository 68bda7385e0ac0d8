import { describeGolden, expectClose, goldenJson } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { scaleV5Gains } from "./v5-gains.ts";

describe("scaleV5Gains", () => {
  it("leaves gains alone at 3 levels, 80 classes and 640 pixels, and scales them elsewhere", () => {
    const gains = { box: 0.05, cls: 0.5, obj: 1 };
    expect(scaleV5Gains(gains, { nl: 3, nc: 80, imgsz: 640 })).toEqual(gains);
    const scaled = scaleV5Gains(gains, { nl: 4, nc: 8, imgsz: 320 });
    expectClose([scaled.box, scaled.cls, scaled.obj], [0.0375, 0.0375, 0.1875], { rel: 1e-12 });
  });
});

describeGolden(
  "scaleV5Gains against the reference",
  ["v5/schedule/scaling.json", "v5/schedule/scaling_v61.json"],
  () => {
    it.each(["scaling", "scaling_v61"])("gives the gains of %s", (name) => {
      const { unscaled, scaled } = goldenJson(`v5/schedule/${name}.json`);
      expect(scaled.length).toBeGreaterThan(3);
      for (const { detection_layers: nl, nc, imgsz, box, cls, obj } of scaled) {
        const gains = scaleV5Gains(unscaled, { nl, nc, imgsz });
        expectClose([gains.box, gains.cls, gains.obj], [box, cls, obj], { rel: 1e-9 });
      }
    });
  },
);
