/** What a model file says about its family. */
interface FileSigns {
  /** Names of its modules. */
  modules: ReadonlySet<string>;
  endToEnd: boolean;
  regMax: number;
  /** The file that it was at first, which checkpoints name. */
  origin: string;
}

/** What only the files of one family have. */
interface FamilySign {
  family: string;
  is(file: FileSigns): boolean;
}

const withModule = (family: string, ...names: readonly string[]): FamilySign => ({
  family,
  is: ({ modules }) => names.some((name) => modules.has(name)),
});

/** Signs of families: those of the head, then those of the layers before it, which count less (Ultralytics 8.4). */
const signs: readonly FamilySign[] = [
  withModule("v10", "v10Detect"),
  withModule("v26", "Segment26", "Pose26", "OBB26"),
  { family: "v26", is: ({ endToEnd, regMax }) => endToEnd || regMax === 1 },
  // Of classification models nothing else differs from YOLO11's.
  { family: "v26", is: ({ origin }) => /^yolo26[a-z]?-cls\b/.test(origin) },
  withModule("v12", "A2C2f"),
  withModule("v9", "RepNCSPELAN4", "ELAN1"),
];

/** Where the biases of anchor-free box distances start, by family: 1 in Ultralytics 8.3, 2 in 8.4. */
const boxBiases: Readonly<Record<string, 1 | 2>> = { v5: 1, v8: 1, v9: 2, v10: 2, v12: 2, v26: 2 };

/** The families that a model file can name with its key `family`. */
export const namedFamilies: readonly string[] = Object.keys(boxBiases);

/** Where the biases of box distances start in a model of a family. */
export function boxBiasOf(family: string): number {
  return boxBiases[family] ?? 1;
}

/** The family whose rules a model follows, by what its file has; v8 without any sign. Heads with anchors are always v5's. */
export function familyOfFile(file: FileSigns): string {
  return signs.find((sign) => sign.is(file))?.family ?? "v8";
}
