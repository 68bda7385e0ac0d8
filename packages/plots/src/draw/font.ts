import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Font, PathCommand } from "opentype.js";
import { round } from "../chart/svg.ts";

/** A line of text as it is drawn. */
export interface TextOutline {
  /** SVG path data; the text begins at x 0, its baseline is at y 0. */
  path: string;
  /** Extent in pixels. */
  width: number;
  /** In browsers, a text that a font of theirs draws, as CSS names fonts. */
  letters?: { text: string; font: string };
}

/** The font's weights that are used. */
export type Weight = "regular" | "bold";

const require = createRequire(import.meta.url);

const paths: Record<Weight, () => string> = {
  regular: () => require.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
  bold: () => require.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
};

const fonts = new Map<Weight, Font>();

/** DejaVu Sans: many scripts, a free license, and inside an npm package, so that it is on every machine. */
function loadFont(weight: Weight): Font {
  let font = fonts.get(weight);
  if (font === undefined) {
    const bytes = readFileSync(paths[weight]());
    // Glyphs are read when they are wanted: a label has a dozen of 6,000
    const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const opentype: typeof import("opentype.js") = require("opentype.js");
    font = opentype.parse(whole, { lowMemory: true });
    fonts.set(weight, font);
  }
  return font;
}

/**
 * A line of text with the font's file and its parser, which take 60 ms to load.
 *
 * Letters are set one by one with kerning: opentype.js does not know all of the font's ligature rules, and throws.
 */
export function outlineByFont(text: string, size: number, weight: Weight): TextOutline {
  const face = loadFont(weight);
  const scale = size / face.unitsPerEm;
  const glyphs = Array.from(text, (letter) => face.charToGlyph(letter));
  let x = 0;
  let path = "";
  for (const [i, glyph] of glyphs.entries()) {
    path += pathData(glyph.getPath(x, 0, size).commands);
    const next = glyphs[i + 1];
    x += ((glyph.advanceWidth ?? 0) + (next === undefined ? 0 : face.getKerningValue(glyph, next))) * scale;
  }
  return { path, width: x };
}

/** Whether the font has a shape for every letter of a text. */
export function hasGlyphs(text: string): boolean {
  const face = loadFont("bold");
  return Array.from(text).every((letter) => face.charToGlyphIndex(letter) !== 0);
}

/** SVG path data. opentype.js's own writes numbers that run into each other where one is a hair below zero. */
function pathData(commands: readonly PathCommand[]): string {
  return commands.map((command) => command.type + coordinates(command).map(round).join(" ")).join("");
}

function coordinates(command: PathCommand): number[] {
  if (command.type === "Z") return [];
  const end = [command.x, command.y];
  if (command.type === "Q") return [command.x1, command.y1, ...end];
  return command.type === "C" ? [command.x1, command.y1, command.x2, command.y2, ...end] : end;
}
