import { anchorPresets, resolveAnchors } from "../config/anchor-presets.ts";
import type { BuildRow, BuiltModule, ModuleSpec } from "../config/module-spec.ts";
import { DetectV5 } from "./detect-v5.ts";
import { DetectV8 } from "./detect-v8.ts";

/** `Detect: [nc]` is anchor-free, `Detect: [nc, anchors]` anchor-based; anchors per level in pixels, or only their number. */
export const detectSpec: ModuleSpec = {
  build({ args, inputs, activation, regMax, release, depthwiseClasses: depthwise }: BuildRow): BuiltModule {
    const classes = args.size("classes");
    const { channels } = inputs;
    const given = resolveAnchors(args.any());
    if (given === undefined) {
      return { module: new DetectV8(classes, channels, { regMax, activation, depthwise }), args: [classes, channels] };
    }
    const anchors = readAnchors(given, channels.length);
    if (anchors === undefined) {
      const expected = `one list of widths and heights for each of its ${channels.length} inputs, all as long, a number, or one of ${Object.keys(anchorPresets).join(", ")}`;
      throw args.error(`anchors are ${JSON.stringify(given)}: ${expected} is expected`);
    }
    return { module: new DetectV5(classes, channels, { anchors, release }), args: [classes, anchors, channels] };
  },
};

function readAnchors(given: unknown, levels: number): number[][] | undefined {
  if (Number.isInteger(given) && (given as number) > 0) {
    // Placeholders until anchors are fitted to the data, as YOLOv5 fills them in.
    return Array.from({ length: levels }, () => Array.from({ length: (given as number) * 2 }, (_, i) => i));
  }
  if (!Array.isArray(given) || given.length !== levels) return undefined;
  const rows = given.map((row: unknown) => (Array.isArray(row) ? row.flat(2) : []) as unknown[]);
  const length = rows[0]?.length ?? 0;
  const good = rows.every((row) => row.length === length && row.every((side) => typeof side === "number"));
  return good && length > 0 && length % 2 === 0 ? (rows as number[][]) : undefined;
}
