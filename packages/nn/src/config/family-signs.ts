import type { ConfigLayer } from "./model-config.ts";

/** What only the model files of one family have. */
interface FamilySign {
  family: string;
  /** Modules that no other family has. */
  modules?: readonly string[];
  /** Whether it is one of these files by its other keys. */
  keys?(file: { endToEnd: boolean; regMax: number }): boolean;
}

/** Signs of families: those of the head, then those of the layers before it, which count less (Ultralytics 8.4). */
const signs: readonly FamilySign[] = [
  { family: "v10", modules: ["v10Detect"] },
  {
    family: "v26",
    modules: ["Segment26", "Pose26", "OBB26"],
    keys: ({ endToEnd, regMax }) => endToEnd || regMax === 1,
  },
  { family: "v12", modules: ["A2C2f"] },
  { family: "v9", modules: ["RepNCSPELAN4", "ELAN1"] },
];

/** The families that a model file can name with its key `family`. */
export const namedFamilies: readonly string[] = ["v5", "v8", ...signs.map(({ family }) => family)];

/** The family whose rules a model follows, by what its file has; v8 without any sign. Heads with anchors are always v5's. */
export function familyOfFile(file: { layers: readonly ConfigLayer[]; endToEnd: boolean; regMax: number }): string {
  const names = new Set(file.layers.map(({ name }) => name));
  const found = signs.find(
    ({ modules = [], keys }) => modules.some((name) => names.has(name)) || keys?.(file) === true,
  );
  return found?.family ?? "v8";
}
