/**
 * How the gradient of a filter is computed from channels in blocks; decision 0034 explains each.
 *
 * - `planes`: each channel of the input is an image of its own; for fewer channels than a block has.
 * - `pixels`: neighboring pixels play the part of channels; for filters of one tap. `filter` is the operand in blocks.
 * - `depthwise`: `dy` is the filter of a convolution with a group a channel; for filters of one channel each.
 * - `stripes`: one convolution is the whole correlation, for `images` images at a time, `slices` stripes of rows each.
 *   The image is cut to blocks of `lanes` channels, and is `dy` in place of `x` with `swap`.
 */
export type FilterGradientForm =
  | { readonly kind: "planes" }
  | { readonly kind: "pixels"; readonly filter: "x" | "dy" }
  | { readonly kind: "depthwise" }
  | Stripes;

export interface Stripes {
  readonly kind: "stripes";
  readonly images: number;
  readonly slices: number;
  readonly lanes: number;
  readonly swap: boolean;
}

/** The forms that work where a graph will run. */
export interface FilterGradients {
  /** Channels in a block. */
  readonly block: number;
  readonly forms: ReadonlySet<FilterGradientForm["kind"]>;
}
