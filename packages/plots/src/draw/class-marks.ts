import { sortByScore } from "@lookonce/geometry";
import type { Size } from "@lookonce/image";
import { classColor, hex, textColor } from "./palette.ts";
import { fitText, nameOf, tag, tagHeight, textMargin } from "./tags.ts";

/** How many classes are written, as in YOLOv8 (8.3). */
const shownClasses = 5;

/** An image's most probable classes below each other in its top left corner, at most half of its height. */
export function classMarks(
  probs: Float32Array,
  { image, names, font: wanted }: { image: Size; names: readonly string[]; font: number },
): string {
  const best = [...sortByScore(probs, Math.min(shownClasses, probs.length))];
  const fitting = Math.min(wanted, image.height / 2 / (shownClasses * tagHeight));
  return best
    .map((label, i) => {
      const text = `${nameOf(label, names)} ${(probs[label] as number).toFixed(2)}`;
      const { font, outline } = fitText(text, fitting, image.width);
      const top = i * fitting * tagHeight;
      const place = { left: 0, top, right: outline.width + 2 * font * textMargin, bottom: top + font * tagHeight };
      const color = classColor(label);
      return tag(place, outline, { font, fill: hex(color), ink: hex(textColor(color)) });
    })
    .join("");
}
