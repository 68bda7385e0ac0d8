import { didYouMean, LookonceError } from "@lookonce/errors";
import type { FamilySettings } from "../families/family-settings.ts";
import { familySettings } from "../families/table.ts";
import type { CopyPasteMode, HypFamilies, HypFamily } from "./hyp.ts";

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
  family: FamilySettings<F>;
  /** Name of the values in errors, such as a file's name. Default `hyper-parameters`. */
  name?: string;
  /** Values of missing keys. Default: the family's. */
  base?: Readonly<HypFamilies[F]>;
  /** Place of a key for errors, e.g. its line. Default: none. */
  place?: (key: string) => string;
}

/**
 * Checks hyper-parameters under their YAML names and fills in those that are missing.
 *
 * Keys that only other tasks have (`pose`, `kobj`, `auto_augment`, `erasing`, `crop_fraction` of YOLOv8) are left out.
 *
 * @throws LookonceError `ARGUMENT` for a key that the family does not have, or a value that is no number or out of range
 */
export function parseHyp<F extends HypFamily>(values: object, options: ParseHypOptions<F>): HypFamilies[F] {
  const { family, name = "hyper-parameters", place = () => "" } = options;
  const known = hypKeys(family);
  const hyp = { ...(options.base ?? family.hyp) } as HypFamilies[F];
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || family.ignoredHyps.includes(key)) continue;
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
  family: FamilySettings;
  known: readonly string[];
  where: string;
}

function unknownKey(key: string, { family, known, where }: UnknownKey): string {
  const other = Object.values(familySettings).find((one: FamilySettings) => hypKeys(one).includes(key));
  const hint = other === undefined ? didYouMean(key, known) : ` It is one of ${other.title}.`;
  return `${where}: ${family.title} has no hyper-parameter "${key}"; it has ${known.join(", ")}.${hint}`;
}

/** All hyper-parameters that a family's files may set. */
export function hypKeys({ hyp, optionalHyps }: FamilySettings): string[] {
  return [...Object.keys(hyp), ...optionalHyps];
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
