/** Maps [N, C, H, W] with their channels last, [N, H, W, C]. */
export function channelsLast({ data, shape }: { data: Float32Array; shape: readonly number[] }): Float32Array {
  const [batch = 0, channels = 0, height = 0, width = 0] = shape;
  const values = new Float32Array(data.length);
  const area = height * width;
  for (let image = 0; image < batch; image++) {
    for (let channel = 0; channel < channels; channel++) {
      const plane = (image * channels + channel) * area;
      const first = image * area * channels + channel;
      for (let i = 0; i < area; i++) values[first + i * channels] = data[plane + i] as number;
    }
  }
  return values;
}
