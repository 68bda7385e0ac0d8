import { LookonceError } from "@lookonce/errors";
import { writeWhole } from "@lookonce/files";
import type { Size } from "@lookonce/image";
import { renderPng } from "#canvas";
import { ink, letters } from "./style.ts";
import { element } from "./svg.ts";
import { shorten, text } from "./text.ts";

/** What all figures know. */
export interface FigureOptions {
  /** Above the figure. */
  title?: string;
  /** Pixels of the file for one of the figure. Default 2, for sharp letters on screens of high resolution. */
  pixelRatio?: number;
}

/** Height of a figure's title. */
export const titleHeight = 40;

/** An SVG as a PNG on white. Equal figures become equal bytes, with one version of sharp or of a browser. */
export async function renderFigure(
  { width, height }: Size,
  marks: readonly string[],
  { title, pixelRatio = 2 }: FigureOptions,
): Promise<Uint8Array> {
  if (!(pixelRatio > 0 && pixelRatio <= 8)) {
    throw new LookonceError("ARGUMENT", `pixelRatio must be above 0 and at most 8, but is ${pixelRatio}.`);
  }
  const shown = shorten(title ?? "", width - 32, letters.figure, "bold");
  const heading = text(shown, { x: 16, y: 28, size: letters.figure, weight: "bold" });
  const paper = element("rect", { width, height, fill: ink.paper });
  const svg = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width: Math.round(width * pixelRatio),
      height: Math.round(height * pixelRatio),
      viewBox: `0 0 ${width} ${height}`,
    },
    paper + heading + marks.join(""),
  );
  return renderPng(svg, ink.paper);
}

/**
 * Writes a plot: missing folders are made, and a file never stands half written under its name.
 *
 * @throws LookonceError `IO` when the file cannot be written
 */
export async function writePlot(path: string, png: Uint8Array): Promise<void> {
  // A plot can be drawn again: not worth waiting for the disk
  await writeWhole(path, png, { flush: false });
}
