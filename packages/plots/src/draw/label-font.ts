import { hasGlyphs, outlineByFont, type TextOutline, type Weight } from "#font";
import { element, round } from "../chart/svg.ts";
import { advances, outlines, unitsPerEm } from "../generated/ascii-glyphs.ts";

/** The outline of a line of text in letters of the given size in pixels. */
export function outlineText(text: string, size: number, weight: Weight = "bold"): TextOutline {
  return weight === "bold" && isAscii(text) ? outlineAscii(text, size) : outlineByFont(text, size, weight);
}

/** A line of text as an SVG element; empty where there is nothing to see. */
export function textMark({ path, letters }: TextOutline, look: { transform: string; fill: string }): string {
  if (letters !== undefined) return element("text", { ...look, font: letters.font }, escaped(letters.text));
  return path === "" ? "" : element("path", { ...look, d: path });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** {@link outlineText} of printable ASCII in bold, between whose letters there is no kerning. */
function outlineAscii(text: string, size: number): TextOutline {
  const scale = size / unitsPerEm;
  let x = 0;
  let path = "";
  for (let i = 0; i < text.length; i++) {
    const glyph = text.charCodeAt(i) - firstAscii;
    path += (outlines[glyph] as string).replace(/[\d. -]+/g, (numbers) => moved(numbers, { x, scale }));
    x += (advances[glyph] as number) * scale;
  }
  return { path, width: x };
}

const firstAscii = 32;

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** The coordinates of one command in pixels. */
function moved(numbers: string, { x, scale }: { x: number; scale: number }): string {
  return numbers
    .split(" ")
    .map((value, i) => round((i % 2 === 0 ? x : 0) + Number(value) * scale))
    .join(" ");
}

/** Whether there is a shape for every letter of a text. */
export function hasLetters(text: string): boolean {
  return isAscii(text) || hasGlyphs(text);
}
