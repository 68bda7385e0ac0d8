/** A color as red, green, blue from 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

/** The golden angle: hues that far apart stay apart however many there are. */
const goldenAngle = 137.50776405003785;

/** Lightness and colorfulness in OKLCH, in turn: classes whose hues come close differ in these. */
const tones: readonly (readonly [lightness: number, chroma: number])[] = [
  [0.7, 0.19],
  [0.58, 0.2],
  [0.8, 0.15],
];

/** A color for each class number, alike for neither eye nor neighbor. */
export function classColor(label: number): Color {
  const [lightness, chroma] = tones[label % tones.length] as readonly [number, number];
  return oklch(lightness, chroma, (29 + label * goldenAngle) % 360);
}

/** Black or white, whichever stands out from a color (relative luminance as in WCAG 2.2). */
export function textColor(background: Color): Color {
  return luminance(background) > 0.179 ? [0, 0, 0] : [255, 255, 255];
}

/** `#rrggbb`. */
export function hex(color: Color): string {
  return `#${color.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function luminance(color: Color): number {
  const [r, g, b] = color.map((value) => {
    const unit = value / 255;
    return unit <= 0.04045 ? unit / 12.92 : ((unit + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** OKLCH (Ottosson 2020) to sRGB, less colorful where sRGB does not reach. */
function oklch(lightness: number, chroma: number, hue: number): Color {
  const angle = (hue * Math.PI) / 180;
  for (let c = chroma; c > 0; c -= 0.005) {
    const linear = oklab(lightness, c * Math.cos(angle), c * Math.sin(angle));
    if (linear.every((value) => value >= 0 && value <= 1)) return linear.map(encode) as unknown as Color;
  }
  return oklab(lightness, 0, 0).map(encode) as unknown as Color;
}

function oklab(lightness: number, a: number, b: number): [number, number, number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function encode(linear: number): number {
  const unit = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (unit <= 0.0031308 ? 12.92 * unit : 1.055 * unit ** (1 / 2.4) - 0.055));
}
