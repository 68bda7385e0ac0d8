/** A gray image in single precision. */
export interface Level {
  data: Float32Array;
  width: number;
  height: number;
}

/** Levels are not halved below this side. */
const minSide = 24;

/** An image and its halves, quarters and so on, the finest first. */
export function pyramid(
  { data, width, height }: { data: ArrayLike<number>; width: number; height: number },
  levels: number,
): Level[] {
  const all: Level[] = [{ data: Float32Array.from(data), width, height }];
  while (all.length < levels) {
    const half = halved(all.at(-1) as Level);
    if (Math.min(half.width, half.height) < minSide) break;
    all.push(half);
  }
  return all;
}

/** Every second pixel after smoothing by [1 4 6 4 1] / 16 both ways (Burt and Adelson, 1983); edges are repeated. */
function halved({ data, width, height }: Level): Level {
  const [columns, rows] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const across = new Float32Array(columns * height);
  for (let y = 0; y < height; y++) {
    smooth(data, across, { from: y * width, step: 1, count: width, to: y * columns, toStep: 1 });
  }
  const half = new Float32Array(columns * rows);
  for (let x = 0; x < columns; x++) {
    smooth(across, half, { from: x, step: columns, count: height, to: x, toStep: columns });
  }
  return { data: half, width: columns, height: rows };
}

/** Smooths a row or column and writes every second value. */
function smooth(
  data: Float32Array,
  out: Float32Array,
  { from, step, count, to, toStep }: { from: number; step: number; count: number; to: number; toStep: number },
): void {
  const last = from + step * (count - 1);
  let target = to;
  for (let at = from; at <= last; at += 2 * step) {
    const [before, after] = [Math.max(from, at - step), Math.min(last, at + step)];
    const [first, end] = [Math.max(from, at - 2 * step), Math.min(last, at + 2 * step)];
    const near = (data[before] as number) + (data[after] as number);
    out[target] = ((data[first] as number) + (data[end] as number) + 4 * near + 6 * (data[at] as number)) / 16;
    target += toStep;
  }
}
