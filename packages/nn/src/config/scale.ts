import type { Document } from "@lookonce/documents";
import { LookonceError, show } from "@lookonce/errors";

/** How a model file's repeats and channels are scaled. */
export interface ScaleFactors {
  /** Key of the file's `scales`; `undefined` when it has none. */
  scale: string | undefined;
  /** Factor of repeats above one. */
  depth: number;
  /** Factor of channels. */
  width: number;
  /** Channels are cut to this many before they are scaled. */
  maxChannels: number;
}

/** The letter after a YOLO name's number: n in `yolov8n.yaml`, `yolov8n-p2`, `yolov5nu`, `yolov5n6` or `runs/yolo11n.yaml`. */
const scaleLetter = /^(.*yolov?\d+)([nslmx])((?:u(?![a-z])|(?![a-z]))[^/\\]*)$/i;

/** Splits `yolov8n-p2.yaml` into the file of all scales, `yolov8-p2.yaml`, and `n`; `yolov5n6` into `yolov5-6` and `n`. */
export function splitScale(name: string): { unified: string; scale: string } | undefined {
  const match = scaleLetter.exec(name);
  if (match === null) return undefined;
  const [, number, letter, rest] = match as unknown as [string, string, string, string];
  const hyphen = /^\d/.test(rest) ? "-" : "";
  return { unified: `${number}${hyphen}${rest}`, scale: letter.toLowerCase() };
}

/**
 * The factors of a model file: those of `scales` under the scale asked for, else the file's own `scale`, else the letter
 * in its name, else the first; without `scales` the file's `depth_multiple` and `width_multiple`.
 */
export function chooseScale(document: Document, { name, scale }: { name: string; scale?: string }): ScaleFactors {
  const { scales } = document;
  if (scales === undefined || scales === null) return ownFactors(document, { name, scale });
  const table = typeof scales === "object" ? (scales as Record<string, unknown>) : {};
  const known = Object.keys(table);
  const own = typeof document.scale === "string" && document.scale !== "" ? document.scale : undefined;
  const letter = splitScale(name)?.scale;
  const chosen = scale ?? own ?? (letter !== undefined && letter in table ? letter : known[0]);
  const factors = chosen === undefined ? undefined : table[chosen];
  const fault = (reason: string): LookonceError => new LookonceError("ARGUMENT", `${name}: ${reason}`);
  if (chosen === undefined || factors === undefined) {
    throw fault(`there is no scale "${chosen ?? ""}"; its scales are ${known.join(", ")}`);
  }
  if (!(Array.isArray(factors) && factors.length === 3 && factors.every(isFactor))) {
    throw fault(`scale "${chosen}" is ${show(factors)}: [depth, width, max channels] is expected`);
  }
  const [depth, width, maxChannels] = factors as [number, number, number];
  return { scale: chosen, depth, width, maxChannels };
}

function ownFactors(document: Document, { name, scale }: { name: string; scale?: string }): ScaleFactors {
  if (scale !== undefined)
    throw new LookonceError("ARGUMENT", `${name} has no scales, so not the scale "${scale}" either`);
  const factor = (key: string, preset: number): number => {
    const value = document[key] ?? preset;
    if (isFactor(value) || value === preset) return value as number;
    throw new LookonceError("ARGUMENT", `${name}: ${key} is ${show(value)}: a number above 0 is expected`);
  };
  return {
    scale: undefined,
    depth: factor("depth_multiple", 1),
    width: factor("width_multiple", 1),
    maxChannels: factor("max_channels", Number.POSITIVE_INFINITY),
  };
}

function isFactor(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) > 0;
}

/** Repeats scaled by depth, rounded half to even as Python does; a single one stays single. */
export function scaleRepeats(repeats: number, depth: number): number {
  if (repeats === 1) return 1;
  const exact = repeats * depth;
  const below = Math.floor(exact);
  return Math.max(1, exact - below === 0.5 ? below + (below % 2) : Math.round(exact));
}

/** The smallest multiple of 8 that is not below `channels`. */
export function multipleOf8(channels: number): number {
  return Math.ceil(channels / 8) * 8;
}
