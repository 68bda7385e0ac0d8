/** How far the colors turn: drawn from −gain to gain, each. */
export interface HsvShift {
  hue: number;
  saturation: number;
  value: number;
}

/**
 * What a shift does to the hue: YOLOv8 (8.3) turns it by `hue · 180` of OpenCV's 180 steps, YOLOv5 (6.1, 7.0) multiplies
 * it by `1 + hue`, so that red stays and magenta moves most.
 */
export type HueRule = "turn" | "multiply";

/** What each hue (0 to 179), saturation and value (0 to 255) becomes. */
export interface HsvTables {
  hue: Uint8Array;
  saturation: Uint8Array;
  value: Uint8Array;
}

/** The tables of a shift: saturation and value are multiplied by `1 + shift` and limited to 255; fractions are cut off. */
export function hsvTables(shift: HsvShift, hueRule: HueRule = "turn"): HsvTables {
  const hue = new Uint8Array(180);
  const saturation = new Uint8Array(256);
  const value = new Uint8Array(256);
  for (let i = 0; i < 180; i++) {
    const turned = hueRule === "turn" ? i + shift.hue * 180 : i * (shift.hue + 1);
    hue[i] = turned - 180 * Math.floor(turned / 180);
  }
  for (let i = 0; i < 256; i++) {
    saturation[i] = Math.min(255, i * Math.max(0, shift.saturation + 1));
    value[i] = Math.min(255, i * Math.max(0, shift.value + 1));
  }
  return { hue, saturation, value };
}
