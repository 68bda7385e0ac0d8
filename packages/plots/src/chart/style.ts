import { schemeTableau10 } from "d3-scale-chromatic";

/** Colors of what is not data. */
export const ink = { text: "#1f2328", quiet: "#59636e", grid: "#e3e6ea", frame: "#8b949e", paper: "#ffffff" } as const;

/** Sizes of letters in pixels. */
export const letters = { tick: 12, label: 13, title: 14, figure: 18 } as const;

/** How a line looks; the first ten differ by color, the next ten by color and dashes, then it begins again. */
export function lineStyle(index: number): { color: string; dashes?: string } {
  const color = schemeTableau10[index % 10] as string;
  return Math.floor(index / 10) % 2 === 0 ? { color } : { color, dashes: "5 3" };
}
