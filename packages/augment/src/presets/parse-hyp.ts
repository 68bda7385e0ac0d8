import { didYouMean, LookonceError } from "@lookonce/errors";
import type { CopyPasteMode, HypFamilies, HypFamily } from "./hyp.ts";
import { defaultPresets } from "./presets.ts";

/** Keys that a family's files may have although its preset has none. */
const optionalKeys: Record<HypFamily, readonly string[]> = { v5: ["anchors", "label_smoothing"], v8: [] };

/** Keys of YOLOv8's settings that concern other tasks than detection: legal, and without effect here. */
const otherTasks: readonly string[] = ["pose", "kobj", "auto_augment", "erasing", "crop_fraction"];

/** Probabilities, and shares of which more than the whole has no meaning. */
const sharesOfOne: ReadonlySet<string> = new Set([
  "bgr",
  "copy_paste",
  "cutmix",
  "fliplr",
  "flipud",
  "hsv_h",
  "hsv_s",
  "hsv_v",
  "label_smoothing",
  "mixup",
  "mosaic",
]);

const copyPasteModes: readonly CopyPasteMode[] = ["flip", "mixup"];

/** Options of {@link parseHyp}. */
export interface ParseHypOptions<F extends HypFamily> {
  family: F;
  /** What errors call the values, such as a file's name. Default `hyper-parameters`. */
  name?: string;
  /** What keys that are missing come from. Default `v5-scratch-low` or `v8`. */
  base?: Readonly<HypFamilies[F]>;
  /** Where a key stands, for errors, e.g. its line. Default says nothing. */
  place?: (key: string) => string;
}

/**
 * Checks hyper-parameters under their YAML names and fills in those that are missing.
 *
 * Keys of YOLOv8 that only other tasks have (`pose`, `kobj`, `auto_augment`, `erasing`, `crop_fraction`) are left out.
 *
 * @throws LookonceError `ARGUMENT` for a key that the family does not have, or a value that is no number or out of range
 */
export function parseHyp<F extends HypFamily>(values: object, options: ParseHypOptions<F>): HypFamilies[F] {
  const { family, name = "hyper-parameters", place = () => "" } = options;
  const base: Readonly<HypFamilies[F]> = options.base ?? defaultPresets[family];
  const known = [...Object.keys(defaultPresets[family]), ...optionalKeys[family]];
  const hyp = { ...base } as HypFamilies[F];
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || (family === "v8" && otherTasks.includes(key))) continue;
    const where = `${name}${place(key)}`;
    if (!known.includes(key)) throw new LookonceError("ARGUMENT", unknownKey(key, { family, known, where }));
    const complaint = complain(key, value);
    if (complaint !== undefined) {
      throw new LookonceError("ARGUMENT", `${where}: ${key} must be ${complaint}, not ${JSON.stringify(value)}.`);
    }
    Object.assign(hyp, { [key]: value });
  }
  return hyp;
}

interface UnknownKey {
  family: HypFamily;
  known: readonly string[];
  where: string;
}

function unknownKey(key: string, { family, known, where }: UnknownKey): string {
  const other: HypFamily = family === "v5" ? "v8" : "v5";
  const elsewhere = Object.hasOwn(defaultPresets[other], key) || optionalKeys[other].includes(key);
  const hint = elsewhere ? ` It is one of ${familyName(other)}.` : didYouMean(key, known);
  return `${where}: ${familyName(family)} has no hyper-parameter "${key}"; it has ${known.join(", ")}.${hint}`;
}

function familyName(family: HypFamily): string {
  return family === "v5" ? "YOLOv5" : "YOLOv8";
}

/** What the value should have been, or `undefined` when it is right. */
function complain(key: string, value: unknown): string | undefined {
  if (key === "copy_paste_mode") {
    return copyPasteModes.some((mode) => mode === value) ? undefined : `one of ${copyPasteModes.join(", ")}`;
  }
  const limit = sharesOfOne.has(key) ? 1 : Number.MAX_VALUE;
  if (typeof value === "number" && value >= 0 && value <= limit) return undefined;
  return limit === 1 ? "a number from 0 to 1" : "a number of at least 0";
}
