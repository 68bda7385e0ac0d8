import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import opentype, { type Font } from "opentype.js";

/** A line of text as an outline. */
export interface TextOutline {
  /** SVG path data; the text begins at x 0, its baseline is at y 0. */
  path: string;
  /** Extent in pixels. */
  width: number;
}

const require = createRequire(import.meta.url);

let font: Font | undefined;

/** DejaVu Sans Bold: many scripts, a free licence, and inside an npm package, so that it is on every machine. */
function loadFont(): Font {
  if (font === undefined) {
    const bytes = readFileSync(require.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"));
    font = opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  }
  return font;
}

/**
 * The outline of a line of text in letters of the given size in pixels.
 *
 * Letters are set one by one with kerning: opentype.js does not know all of the font's ligature rules, and throws.
 */
export function outlineText(text: string, size: number): TextOutline {
  const face = loadFont();
  const scale = size / face.unitsPerEm;
  const glyphs = Array.from(text, (letter) => face.charToGlyph(letter));
  let x = 0;
  let path = "";
  for (const [i, glyph] of glyphs.entries()) {
    path += glyph.getPath(x, 0, size).toPathData(2);
    const next = glyphs[i + 1];
    x += ((glyph.advanceWidth ?? 0) + (next === undefined ? 0 : face.getKerningValue(glyph, next))) * scale;
  }
  return { path, width: x };
}
