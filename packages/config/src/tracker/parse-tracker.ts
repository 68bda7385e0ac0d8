import { LookonceError } from "@lookonce/errors";
import type { TrackerSettings } from "../generated/option-types.ts";
import { checkValues } from "../options/check-values.ts";
import { fixedDefaults } from "../options/describe.ts";
import { trackerOptions } from "../options/tracker-options.ts";

/** The settings of the trackers that come along, by the names of their files. */
export const trackerPresets: Readonly<Record<"bytetrack.yaml" | "botsort.yaml", Partial<TrackerSettings>>> = {
  "bytetrack.yaml": { tracker_type: "bytetrack" },
  "botsort.yaml": { tracker_type: "botsort" },
};

/**
 * Checks a tracker's settings under their YAML names and fills in those that are missing.
 *
 * @param options `name` of the values in errors, such as a file's name, and `place` of a key, e.g. its line
 * @throws LookonceError `ARGUMENT` for an unknown key, a value out of range, and what is not supported
 */
export function parseTracker(
  values: object,
  { name = "the tracker", place = () => "" }: { name?: string; place?: (key: string) => string } = {},
): TrackerSettings {
  for (const [key, value] of Object.entries(values)) {
    const where = `${name}${place(key)}`;
    checkValues(trackerOptions, { [key]: value }, { what: where, prefix: `${where}: ` });
  }
  const merged: object = { ...fixedDefaults(trackerOptions), ...values };
  const settings = merged as TrackerSettings;
  if (!settings.with_reid) return settings;
  const refuse = (key: string, why: string): LookonceError =>
    new LookonceError("ARGUMENT", `${name}${place(key)}: ${why}`);
  if (settings.tracker_type !== "botsort") {
    throw refuse(
      "with_reid",
      `with_reid matches by appearance, which ${settings.tracker_type} does not do. Set tracker_type: botsort.`,
    );
  }
  if (settings.model !== "auto") {
    throw refuse(
      "model",
      `model must be auto with with_reid, not "${settings.model}": objects are recognized by their colors, without a model.`,
    );
  }
  return settings;
}
