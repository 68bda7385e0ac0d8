/** How a hyper-parameter may change in an evolution. */
export interface SearchRange {
  /** How readily it changes; 0 keeps it as it is, within its limits. */
  gain: number;
  lower: number;
  upper: number;
}

/** The hyper-parameters that are evolved, by their names. */
export type SearchSpace = Readonly<Record<string, SearchRange>>;

type Row = readonly [key: string, gain: number, lower: number, upper: number];

const shared: readonly Row[] = [
  ["lr0", 1, 1e-5, 0.1],
  ["weight_decay", 1, 0, 0.001],
  ["warmup_epochs", 1, 0, 5],
  ["warmup_momentum", 1, 0, 0.95],
  ["cls", 1, 0.2, 4],
  ["hsv_h", 1, 0, 0.1],
  ["hsv_s", 1, 0, 0.9],
  ["hsv_v", 1, 0, 0.9],
  ["degrees", 1, 0, 45],
  ["translate", 1, 0, 0.9],
  ["shear", 1, 0, 10],
  ["flipud", 1, 0, 1],
  ["mosaic", 1, 0, 1],
  ["mixup", 1, 0, 1],
  ["copy_paste", 1, 0, 1],
];

/** The ranges that all families share, and a family's own. */
export function searchSpace(own: readonly Row[]): SearchSpace {
  return Object.fromEntries([...shared, ...own].map(([key, gain, lower, upper]) => [key, { gain, lower, upper }]));
}
