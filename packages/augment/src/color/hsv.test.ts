import { roundHalfEven } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { expect, it } from "vitest";
import { applyHsv, type HsvTables, hsvTables } from "./hsv.ts";

/** The arithmetic of OpenCV's conversions, pixel by pixel. */
function plainHsv({ data, width, height }: Image, tables: HsvTables): Image {
  const f = Math.fround;
  const orders = ["012", "102", "120", "210", "201", "021"];
  const divided = (dividend: number, by: number, times: number): number =>
    by === 0 ? 0 : (times * roundHalfEven((dividend * 4096) / by) + 2048) >> 12;
  const target = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, b] = data.subarray(i, i + 3) as unknown as [number, number, number];
    const high = Math.max(r, g, b);
    const span = high - Math.min(r, g, b);
    const turn = high === r ? g - b : high === g ? b - r + 2 * span : r - g + 4 * span;
    const hue = divided(30, span, turn);
    const place = f((tables.hue[hue < 0 ? hue + 180 : hue] as number) * f(6 / 180));
    const saturation = f((tables.saturation[divided(255, high, span)] as number) * f(1 / 255));
    const top = f((tables.value[high] as number) * f(1 / 255));
    const part = f(place - Math.floor(place));
    const distance = Math.floor(place) % 2 === 0 ? f(1 - part) : part;
    const levels = [top, f(top * f(1 - saturation * distance)), f(top * f(1 - saturation))];
    for (const [rank, channel] of [...(orders[Math.floor(place)] as string)].entries()) {
      target[i + Number(channel)] = f((levels[rank] as number) * 255);
    }
  }
  return { data: target, width, height };
}

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
    expect(applyHsv(image, tables)).toEqual(plainHsv(image, tables));
  }
});
