import { didYouMean, show } from "@lookonce/errors";
import { anchorPresets, resolveAnchors } from "../config/anchor-presets.ts";
import type { Args } from "../config/args.ts";
import type { BuildContext, ModuleSpec } from "../config/module-spec.ts";
import { DetectV5 } from "./detect-v5.ts";
import { DetectV8, type DetectV8Options } from "./detect-v8.ts";

/**
 * `Detect: [nc]` is anchor-free, `Detect: [nc, anchors]` anchor-based; anchors per level in pixels, or only their number.
 *
 * `Detect: [nc, {c2: 80, c3: 320}]` is anchor-free with the widths of its branches set by hand, each or both.
 */
export const detectSpec: ModuleSpec = {
  isAnchorBased,
  build(context) {
    const { args, inputs, nc, release } = context;
    args.classes(nc);
    const { channels } = inputs;
    if (isAnchorBased(args.given(0))) {
      const anchors = readAnchors(args, channels.length);
      return { module: new DetectV5(nc, channels, { anchors, release }), args: [nc, anchors, channels] };
    }
    const given = args.any() as Record<string, unknown> | undefined;
    const widths = given === undefined ? {} : readWidths(given, args);
    const { options, shown } = anchorFreeOptions(context);
    const module = new DetectV8(nc, channels, { ...options, ...widths });
    return { module, args: [nc, ...(given === undefined ? [] : [given]), ...shown, channels] };
  },
};

/** YOLOv10's head, `v10Detect: [nc]`: always of two branches, with depthwise class branches. */
export const v10DetectSpec: ModuleSpec = {
  build(context) {
    const { args, inputs, nc } = context;
    args.classes(nc);
    const { channels } = inputs;
    const { options } = anchorFreeOptions(context);
    const module = new DetectV8(nc, channels, { ...options, endToEnd: true, depthwise: true });
    return { module, args: [nc, channels] };
  },
};

/**
 * What the whole model says about an anchor-free head, and the arguments to show for it: bins and whether it has two branches,
 * where either differs from YOLOv8's.
 */
export function anchorFreeOptions(context: BuildContext): { options: DetectV8Options; shown: unknown[] } {
  const { family, activation, regMax, endToEnd, boxBias, depthwiseClasses: depthwise } = context;
  return {
    options: { family, activation, regMax, endToEnd, depthwise, boxBias },
    shown: endToEnd || regMax === 1 ? [regMax, endToEnd] : [],
  };
}

/** A second argument that is no table of widths. */
function isAnchorBased(args: readonly unknown[]): boolean {
  return args.length > 1 && !isWidths(args[1]);
}

/** Most anchors a level; three are usual. */
const maxAnchors = 1000;

const widthKeys = ["c2", "c3"];

/** The largest width that may be set; the zoo's widest head has 640. */
const widest = 100_000;

function isWidths(arg: unknown): arg is Record<string, unknown> {
  return typeof arg === "object" && arg !== null && !Array.isArray(arg);
}

function readWidths(given: Record<string, unknown>, args: Args): Pick<DetectV8Options, "boxWidth" | "classWidth"> {
  for (const [key, value] of Object.entries(given)) {
    if (!widthKeys.includes(key))
      throw args.error(`has no option "${key.slice(0, 40)}", only c2 and c3.${didYouMean(key, widthKeys)}`);
    if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= widest) continue;
    throw args.error(`${key} is ${show(value)}: a number of channels, a whole number from 1 to ${widest}, is expected`);
  }
  return { boxWidth: given.c2 as number | undefined, classWidth: given.c3 as number | undefined };
}

/** The next argument, anchors: in pixels by level, only their number, or a preset's name. */
export function readAnchors(args: Args, levels: number): number[][] {
  const given = resolveAnchors(args.any());
  const anchors = anchorsByLevel(given, levels);
  if (anchors !== undefined) return anchors;
  const expected = `one list of widths and heights for each of its ${levels} inputs, all as long, a number, or one of ${Object.keys(anchorPresets).join(", ")}`;
  throw args.error(`anchors are ${show(given)}: ${expected} is expected`);
}

function anchorsByLevel(given: unknown, levels: number): number[][] | undefined {
  if (Number.isInteger(given) && (given as number) > 0 && (given as number) <= maxAnchors) {
    // Placeholders until anchors are fitted to the data, as YOLOv5 fills them in.
    return Array.from({ length: levels }, () => Array.from({ length: (given as number) * 2 }, (_, i) => i));
  }
  if (!Array.isArray(given) || given.length !== levels) return undefined;
  const levelAnchors = given.map((level: unknown) => (Array.isArray(level) ? level.flat(2) : []) as unknown[]);
  const length = levelAnchors[0]?.length ?? 0;
  const good = levelAnchors.every(
    (level) => level.length === length && level.every((side) => Number.isFinite(side) && (side as number) >= 0),
  );
  return good && length > 0 && length % 2 === 0 ? (levelAnchors as number[][]) : undefined;
}
