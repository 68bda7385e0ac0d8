/** What a detector's head needs besides its maps to tell boxes. */
export interface HeadForm {
  family: "v5" | "v8";
  /** Number of classes. */
  nc: number;
  /** Pixels per cell of each level, finest first. */
  strides: readonly number[];
  /** v8: bins per side of a box. */
  regMax: number;
  /** v5: [level][anchor] = [width, height] in cells. */
  anchors: readonly (readonly (readonly [width: number, height: number])[])[];
}

/** What a detector of raw maps needs besides its network. */
export interface MapDetectorForm {
  names: readonly string[];
  stride: number;
  head: HeadForm;
}

/** A detector as plain data, which can be sent to another thread. The bytes of models lie in shared memory. */
export type DetectorRecipe =
  | { kind: "maps"; model: Uint8Array<SharedArrayBuffer>; form: MapDetectorForm }
  | { kind: "file"; path: string; bytes: number };
