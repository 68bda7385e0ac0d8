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
  /** Whether it is about the head: only one family can have such signs. */
  isHead?: boolean;
  /** The signs that a file has, as messages name them. */
  find(file: FileSigns): readonly string[];
}

function withModules(family: string, names: readonly string[], isHead = false): FamilySign {
  return { family, isHead, find: ({ modules }) => names.filter((name) => modules.has(name)) };
}

/** Signs of families: those of the head, then those of the layers before it, which count less (Ultralytics 8.4). */
const signs: readonly FamilySign[] = [
  withModules("v10", ["v10Detect"], true),
  withModules("v26", ["Segment26", "Pose26", "OBB26"], true),
  {
    family: "v26",
    isHead: true,
    find: ({ endToEnd, regMax }) => [...(endToEnd ? ["end2end: True"] : []), ...(regMax === 1 ? ["reg_max: 1"] : [])],
  },
  // Of classification models nothing else differs from YOLO11's.
  { family: "v26", find: ({ origin }) => (/^yolo26[a-z]?-cls\b/.test(origin) ? [origin] : []) },
  withModules("v12", ["A2C2f"]),
  withModules("v9", ["RepNCSPELAN4", "ELAN1"]),
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
  return signs.find((sign) => sign.find(file).length > 0)?.family ?? "v8";
}

/**
 * What is wrong with a file that mixes the heads of families, `undefined` where nothing is.
 *
 * @param given what the file's key `family` says
 */
export function mixedHeads(file: FileSigns, given: string | undefined): string | undefined {
  const said = given === undefined ? [] : [{ family: given, what: `family: ${given}` }];
  const found = signs.flatMap(({ family, isHead, find }) => {
    return isHead === true ? find(file).map((what) => ({ family, what })) : [];
  });
  const [first, ...others] = [...said, ...found];
  const other = others.find(({ family }) => family !== first?.family);
  if (first === undefined || other === undefined) return undefined;
  return `${first.what} is of the family ${first.family}, but ${other.what} of ${other.family}: a model has the head of one family, so leave one of them out`;
}
