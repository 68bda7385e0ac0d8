/** How weights lie in a file: as they are, in half precision, or in 8 bits of a range of their own. */
export type WeightPrecision = "float32" | "float16" | "uint8";
