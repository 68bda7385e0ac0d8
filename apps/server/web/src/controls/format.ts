import type { Model } from "../api/types.ts";

/** `3,157,200`. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** `3.16 M`, `12.4 k`. */
export function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
  if (value >= 1e3) return `${(value / 1e3).toPrecision(3)} k`;
  return String(value);
}

/** `1 h 02 min`, `3 min 05 s`, `12 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (h > 0) return `${h} h ${String(m).padStart(2, "0")} min`;
  return m > 0 ? `${m} min ${String(s).padStart(2, "0")} s` : `${s} s`;
}

/** `12 MB`. */
export function bytes(size: number): string {
  if (size >= 1e6) return `${(size / 1e6).toFixed(1)} MB`;
  return size >= 1e3 ? `${Math.round(size / 1e3)} kB` : `${size} bytes`;
}

/** A moment as people near this browser write it. */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** Milliseconds, as exactly as they matter. */
export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

export function baseName(file: string): string {
  return file.split(/[\\/]/).pop() ?? file;
}

/** A number to be read: four digits that count. */
export function figure(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 0.001 || size >= 1e6) return value.toExponential(2);
  return Number(value.toPrecision(4)).toString();
}

/** What is known of a model's size. */
export function sizeText({ parameters, nc }: Pick<Model, "parameters" | "nc">): string[] {
  return [parameters === null ? [] : `${short(parameters)} parameters`, nc === null ? [] : `${nc} classes`].flat();
}

/** A model's family for people. @param family absent for exported files, which do not name it */
export function familyTitle(family: string | null): string {
  return family ? `YOLO${family}` : "exported";
}
