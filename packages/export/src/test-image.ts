/** Images [N, 3, H, W] from 0 to 1 with edges, slopes and texture; the same every time. */
export function testImage([batch, channels, height, width]: readonly [number, number, number, number]): Float32Array {
  const values = new Float32Array(batch * channels * height * width);
  for (let i = 0; i < values.length; i++) {
    const x = i % width;
    const y = Math.floor(i / width) % height;
    const plane = Math.floor(i / (width * height));
    const block = ((x >> 5) + (y >> 4) + plane) % 3;
    const texture = (x * 7 + y * 13 + plane * 5 + ((x * y) >> 3)) % 32;
    values[i] = (block * 80 + texture + (31 * y) / height) / 255;
  }
  return values;
}
