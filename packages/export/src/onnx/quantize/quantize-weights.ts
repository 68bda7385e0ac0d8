/** Output channels, which are the weights' first axis, a bias for each, and the scale of the bytes that are read. */
export interface WeightOptions {
  readonly channels: number;
  readonly biases: Float32Array | undefined;
  readonly inputScale: number;
}

/** Biases must fit 32 bits with room for the sum that they are added to. */
const maxBias = 2 ** 30;

/**
 * The largest byte of a weight: 7 bits. Processors without VNNI add products of two pairs of bytes in 16 bits, which with 8 bits
 * overflow: of YOLOv8n, boxes were 6 pixels and probabilities 0.45 away (ONNX Runtime's documentation, "Quantize ONNX Models", calls
 * it `reduce_range`).
 */
const largestByte = 63;

/**
 * Weights as signed bytes, symmetric about zero: weight = byte · scale of its channel. A channel's largest weight is ±63;
 * a channel of hardly any weights gets a scale with which its bias can be written.
 */
export function quantizeWeights(
  weights: Float32Array,
  { channels, biases, inputScale }: WeightOptions,
): { bytes: Int8Array; scales: Float32Array } {
  const bytes = new Int8Array(weights.length);
  const scales = new Float32Array(channels);
  const size = weights.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * size;
    let largest = 0;
    for (let i = from; i < from + size; i++) largest = Math.max(largest, Math.abs(weights[i] as number));
    const forBias = Math.abs(biases?.[channel] ?? 0) / (inputScale * maxBias);
    const scale = Math.fround(Math.max(largest / largestByte, forBias)) || 1;
    scales[channel] = scale;
    for (let i = from; i < from + size; i++) {
      bytes[i] = Math.max(-largestByte, Math.min(largestByte, Math.round((weights[i] as number) / scale)));
    }
  }
  return { bytes, scales };
}

/** Biases as 32-bit integers in the scale of the sums of products: input scale times weight scale. */
export function quantizeBias(
  biases: Float32Array,
  { scales, inputScale }: { scales: Float32Array; inputScale: number },
): { integers: Int32Array; scales: Float32Array } {
  const product = scales.map((scale) => inputScale * scale);
  return { integers: Int32Array.from(biases, (bias, i) => Math.round(bias / (product[i] as number))), scales: product };
}
