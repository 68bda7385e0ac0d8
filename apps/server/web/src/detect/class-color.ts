/** The golden angle: hues that far apart stay apart however many there are. */
const goldenAngle = 137.50776405003785;

/** Lightness and colorfulness in turn, as in the images that lookonce draws (packages/plots). */
const tones: readonly (readonly [lightness: number, chroma: number])[] = [
  [0.7, 0.19],
  [0.58, 0.2],
  [0.8, 0.15],
];

/** A color for each class number, in CSS. */
export function classColor(label: number): string {
  const { lightness, chroma, hue } = oklchOf(label);
  return `oklch(${lightness} ${chroma} ${hue.toFixed(2)})`;
}

/** Black or white, whichever stands out from that color (relative luminance as in WCAG 2.2). */
export function classTextColor(label: number): string {
  return luminance(label) > 0.179 ? "#000" : "#fff";
}

function oklchOf(label: number): { lightness: number; chroma: number; hue: number } {
  const [lightness, chroma] = tones[label % tones.length] as readonly [number, number];
  return { lightness, chroma, hue: (29 + label * goldenAngle) % 360 };
}

/** The Y of CIE XYZ, by the matrices of Oklab in CSS Color 4. */
function luminance(label: number): number {
  const { lightness, chroma, hue } = oklchOf(label);
  const angle = (hue * Math.PI) / 180;
  const [a, b] = [chroma * Math.cos(angle), chroma * Math.sin(angle)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return -0.0405757452 * l + 1.1122868033 * m - 0.0717110581 * s;
}
