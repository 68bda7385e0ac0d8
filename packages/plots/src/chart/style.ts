import { schemeTableau10 } from "d3-scale-chromatic";

/** Colours of what is not data. */
export const ink = { text: "#1f2328", quiet: "#59636e", grid: "#e3e6ea", frame: "#8b949e", paper: "#ffffff" } as const;

/** Sizes of letters in pixels. */
export const letters = { tick: 12, label: 13, title: 14, figure: 18 } as const;

/** How a line looks; the first ten are told apart by colour, the next ten by colour and dashes, then it begins again. */
export function lineStyle(index: number): { colour: string; dashes?: string } {
  const colour = schemeTableau10[index % 10] as string;
  return Math.floor(index / 10) % 2 === 0 ? { colour } : { colour, dashes: "5 3" };
}
