import type { Size } from "@lookonce/augment";
import type { Drawable, DrawOptions } from "./drawable.ts";
import { outlineText, type TextOutline } from "./label-font.ts";
import { classColour, hex, textColour } from "./palette.ts";

/** Sizes of what is drawn, in pixels. */
interface Sizes {
  line: number;
  font: number;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Boxes and labels as an SVG of the picture's size; see {@link boxMarks}. */
export function boxesSvg(picture: Size, drawable: Drawable, options: DrawOptions): string {
  const { width, height } = picture;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${boxMarks(picture, drawable, options)}</svg>`;
}

/** Boxes and labels as SVG elements: the best detections on top, labels above all boxes and within the picture. */
export function boxMarks(picture: Size, { boxes, names }: Drawable, options: DrawOptions): string {
  const sizes = sizesFor(picture, options);
  const frames: string[] = [];
  const labels: string[] = [];
  for (let i = boxes.count - 1; i >= 0; i--) {
    const label = boxes.classes[i] as number;
    const [left, top, right, bottom] = boxes.boxes.subarray(4 * i, 4 * i + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const box = { left, top, right, bottom };
    const colour = classColour(label);
    if (options.frames ?? true) frames.push(frame(box, hex(colour), sizes));
    const text = labelText(names[label] ?? String(label), boxes.confidences[i] as number, options);
    if (text !== "") labels.push(tag(text, box, { picture, sizes, fill: hex(colour), ink: hex(textColour(colour)) }));
  }
  return frames.join("") + labels.join("");
}

/** Lines and letters grow with the picture, but stay readable on small ones and modest on large ones. */
function sizesFor({ width, height }: Size, options: DrawOptions): Sizes {
  const side = (width + height) / 2;
  const line = options.lineWidth ?? Math.max(1, Math.round(side * 0.003));
  const font = options.fontSize ?? Math.max(Math.min(9, side / 7), side * 0.019);
  return { line, font };
}

function labelText(name: string, confidence: number, { labels = true, confidences = true }: DrawOptions): string {
  return [labels ? name : "", confidences ? confidence.toFixed(2) : ""].filter((part) => part !== "").join(" ");
}

/** A line in the class's colour with a thin dark edge, so that it is seen on a background of its colour. */
function frame({ left, top, right, bottom }: Box, colour: string, { line }: Sizes): string {
  const half = line / 2;
  const width = Math.max(right - left - line, 0.5);
  const height = Math.max(bottom - top - line, 0.5);
  const shape = `x="${px(left + half)}" y="${px(top + half)}" width="${px(width)}" height="${px(height)}" fill="none"`;
  const edge = line < 2 ? "" : `<rect ${shape} stroke="#000" stroke-opacity="0.35" stroke-width="${line + 1.5}"/>`;
  return `${edge}<rect ${shape} stroke="${colour}" stroke-width="${line}"/>`;
}

interface TagStyle {
  picture: Size;
  sizes: Sizes;
  fill: string;
  ink: string;
}

/** A filled label above the box, or just inside it where there is no room above, always within the picture. */
function tag(text: string, box: Box, { picture, sizes, fill, ink }: TagStyle): string {
  const { font, outline } = fitText(text, sizes.font, picture.width);
  const side = font * textMargin;
  const width = outline.width + 2 * side;
  const height = font * 1.34;
  const left = Math.max(0, Math.min(box.left, picture.width - width));
  const above = box.top - height + sizes.line / 2;
  const top = above >= 0 ? above : Math.max(0, Math.min(box.top, picture.height - height));
  return (
    `<rect x="${px(left)}" y="${px(top)}" width="${px(width)}" height="${px(height)}" rx="${px(font * 0.14)}" fill="${fill}"/>` +
    `<path transform="translate(${px(left + side)} ${px(top + font)})" fill="${ink}" d="${outline.path}"/>`
  );
}

/** Room left and right of a label's text, in its letters' size. */
const textMargin = 0.3;

/** The text's outline in the wanted size, or smaller where the picture is too narrow for it. */
function fitText(text: string, wanted: number, room: number): { font: number; outline: TextOutline } {
  const outline = outlineText(text, wanted);
  const width = outline.width + 2 * wanted * textMargin;
  if (width <= room) return { font: wanted, outline };
  const font = (wanted * room) / width;
  return { font, outline: outlineText(text, font) };
}

function px(value: number): string {
  return value.toFixed(2);
}
