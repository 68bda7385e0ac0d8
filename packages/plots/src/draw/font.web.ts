import type { TextOutline, Weight } from "./font.ts";

/** DejaVu Sans where the machine has it, as plots that Node draws, else what is nearest to it. */
const family = "DejaVu Sans, Verdana, sans-serif";

let measuring: OffscreenCanvasRenderingContext2D | undefined;

/** A line of text in a font of the browser's. */
export function outlineByFont(text: string, size: number, weight: Weight): TextOutline {
  if (text === "") return { path: "", width: 0 };
  measuring ??= new OffscreenCanvas(1, 1).getContext("2d") as OffscreenCanvasRenderingContext2D;
  const font = `${weight === "bold" ? "bold" : "normal"} ${size}px ${family}`;
  measuring.font = font;
  return { path: "", width: measuring.measureText(text).width, letters: { text, font } };
}

/** Browsers look for a letter in all fonts of the machine. */
export function hasGlyphs(_text: string): boolean {
  return true;
}
