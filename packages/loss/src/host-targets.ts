/** Objects of a batch on the host, padded to one number of rows an image as `@lookonce/data` pads them. */
export interface HostTargets {
  /** [B, M], class numbers. */
  labels: Int32Array;
  /** [B, M, 4], corners in pixels of the network's input. */
  boxes: Float32Array;
  /** [B, M], 1 for an object, 0 for padding. */
  mask: Float32Array;
  /** M. */
  maxTargets: number;
}

/** Number and size of a batch's images, in pixels. */
export interface BatchSize {
  count: number;
  height: number;
  width: number;
}

/** Contents, shape and type of a tensor that is made later: what a recorded step takes as input. */
export interface HostTensor {
  data: Float32Array | Int32Array;
  shape: number[];
  dtype: "float32" | "int32";
}
