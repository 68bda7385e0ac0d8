import type { Size } from "@lookonce/image";
import type { TextOutline } from "#font";
import { hasLetters, outlineText, textMark } from "./label-font.ts";
import { type Color, hex, textColor } from "./palette.ts";

/** Sides in pixels. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The class's name, or its number where the font has no letters for the name. */
export function nameOf(label: number, names: readonly string[]): string {
  const name = names[label];
  return name !== undefined && hasLetters(name) ? name : String(label);
}

/** The label of a box where there is room, which it leaves taken. */
export function placedTag(
  { text, color, box }: { text: string; color: Color; box: Box },
  { font: wanted, image, overlap, taken }: { font: number; image: Size; overlap: number; taken: Box[] },
): string {
  const { font, outline } = fitText(text, wanted, image.width);
  const size = { width: outline.width + 2 * font * textMargin, height: font * tagHeight };
  const place = placeTag(size, box, { image, overlap, taken });
  taken.push(place);
  return tag(place, outline, { font, fill: hex(color), ink: hex(textColor(color)) });
}

/**
 * Where a label goes: above its box, inside its top, below, or inside its bottom, at its left or its right edge; the first of
 * these that is within the image and hides no other label, or else the first that is within the image.
 */
function placeTag(
  { width, height }: Size,
  box: Box,
  { image, overlap, taken }: { image: Size; overlap: number; taken: readonly Box[] },
): Box {
  const within = (value: number, most: number): number => Math.max(0, Math.min(value, most));
  const lefts = [box.left, box.right - width].map((left) => within(left, image.width - width));
  const tops = [box.top - height + overlap, box.top + overlap, box.bottom - overlap, box.bottom - height - overlap];
  const fitting = tops.filter((top) => top >= 0 && top + height <= image.height);
  const places = (fitting.length > 0 ? fitting : [within(box.top, image.height - height)]).flatMap((top) =>
    lefts.map((left) => ({ left, top, right: left + width, bottom: top + height })),
  );
  return places.find((each) => !taken.some((other) => overlaps(each, other))) ?? (places[0] as Box);
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** A rectangle with a text in it, as SVG. */
export function tag(
  { left, top, right, bottom }: Box,
  outline: TextOutline,
  { font, fill, ink }: { font: number; fill: string; ink: string },
): string {
  const side = font * textMargin;
  return (
    `<rect x="${px(left)}" y="${px(top)}" width="${px(right - left)}" height="${px(bottom - top)}" rx="${px(font * 0.14)}" fill="${fill}"/>` +
    textMark(outline, { transform: `translate(${px(left + side)} ${px(top + font)})`, fill: ink })
  );
}

/** Height of a label in its letters' size. */
export const tagHeight = 1.34;

/** Room left and right of a label's text, in its letters' size. */
export const textMargin = 0.3;

/** The text's outline in the wanted size, or smaller where the image is too narrow for it. */
export function fitText(text: string, wanted: number, room: number): { font: number; outline: TextOutline } {
  const outline = outlineText(text, wanted);
  const width = outline.width + 2 * wanted * textMargin;
  if (width <= room) return { font: wanted, outline };
  const font = (wanted * room) / width;
  return { font, outline: outlineText(text, font) };
}

/** A coordinate as SVG has it, to a hundredth of a pixel. */
export function px(value: number): string {
  return value.toFixed(2);
}
