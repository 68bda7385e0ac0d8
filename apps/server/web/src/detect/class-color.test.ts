import { expect, it } from "vitest";
import { classColor, classTextColor } from "./class-color.ts";

/** Red, green and blue, linear, of an OKLCH color (Ottosson 2020), clipped to what screens show as browsers do. */
function linearOf(color: string): [number, number, number] {
  const [lightness = 0, chroma = 0, hue = 0] = Array.from(color.matchAll(/[\d.]+/g), ([digits]) => Number(digits));
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const rgb: [number, number, number] = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return rgb.map((value) => Math.min(1, Math.max(0, value))) as typeof rgb;
}

it("lets the text on every class's color be read (WCAG AA)", () => {
  const texts = new Set<string>();
  for (let label = 0; label < 1000; label++) {
    const [r, g, b] = linearOf(classColor(label));
    const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    const text = classTextColor(label);
    texts.add(text);
    const contrast = text === "#000" ? (luminance + 0.05) / 0.05 : 1.05 / (luminance + 0.05);
    expect(contrast, `${classColor(label)} under ${text}`).toBeGreaterThanOrEqual(4.5);
  }
  expect(texts).toEqual(new Set(["#000", "#fff"]));
});
