import type { Size } from "@lookonce/image";

/** A rectangle of a figure, in pixels from its top left. */
export interface Rect extends Size {
  x: number;
  y: number;
}

/** An element of an SVG. Numbers are rounded to hundredths; what is undefined is left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = "",
): string {
  let text = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) text += ` ${key}="${typeof value === "number" ? round(value) : value}"`;
  }
  return content === "" ? `${text}/>` : `${text}>${content}</${name}>`;
}

/** A group of elements, moved. */
export function moved(x: number, y: number, content: string): string {
  return element("g", { transform: `translate(${round(x)} ${round(y)})` }, content);
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
