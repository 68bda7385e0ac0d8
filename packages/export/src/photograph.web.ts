import { blankImage, type Image } from "@lookonce/image";
import { Random } from "@lookonce/random";

/** A word for people, for reports. */
export const photographName = "a drawing";

const [width, height] = [600, 400];
const discs = 12;

/** In place of the photograph, which a page would have to fetch: discs on a slope of gray, with grain; always the same. */
export async function photograph(): Promise<Image> {
  const rng = new Random(0);
  const image = blankImage({ width, height });
  const drawn = Array.from({ length: discs }, () => ({
    x: rng.uniform(0, width),
    y: rng.uniform(0, height),
    radius: rng.uniform(20, 90),
    color: Array.from({ length: 3 }, () => rng.uniform(0, 255)),
  }));
  for (let i = 0; i < image.data.length; i++) {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    const disc = drawn.find((one) => Math.hypot(x - one.x, y - one.y) < one.radius);
    const value = disc?.color[i % 3] ?? 60 + (120 * x) / width;
    image.data[i] = Math.min(255, Math.max(0, value + rng.uniform(-12, 12)));
  }
  return image;
}
