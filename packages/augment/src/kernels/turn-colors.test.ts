import type { Image } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { expect, it } from "vitest";
import { applyHsv } from "../color/hsv.ts";
import { hsvTables } from "../color/hsv-tables.ts";
import { turnColors } from "./turn-colors.ts";

it("computes the bytes of the plain arithmetic", () => {
  const rng = new Random("colors");
  for (const [width, height] of [
    [1, 1],
    [7, 3],
    [640, 5],
    [1024, 1],
    [333, 37],
  ] as const) {
    const data = Uint8Array.from({ length: width * height * 3 }, () => rng.integer(0, 256));
    const image: Image = { data, width, height };
    const tables = hsvTables({ hue: rng.uniform(-1, 1), saturation: rng.uniform(-1, 1), value: rng.uniform(-1, 1) });
    expect(turnColors(image, tables)).toEqual(applyHsv(image, tables));
  }
});
