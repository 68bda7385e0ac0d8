/** The next multiple of the model's largest stride: feature maps of all levels must cover the picture whole. */
export function fitToStride(imgsz: number, strides: readonly number[]): number {
  const stride = Math.max(...strides);
  return Math.max(stride, Math.ceil(imgsz / stride) * stride);
}
