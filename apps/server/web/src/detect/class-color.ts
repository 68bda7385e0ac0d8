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
  const [lightness, chroma] = tones[label % tones.length] as readonly [number, number];
  return `oklch(${lightness} ${chroma} ${((29 + label * goldenAngle) % 360).toFixed(2)})`;
}

/** Black or white, whichever stands out from that color. */
export function classTextColor(label: number): string {
  return (tones[label % tones.length] as readonly [number, number])[0] > 0.6 ? "#000" : "#fff";
}
