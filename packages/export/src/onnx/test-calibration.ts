import type { Image } from "@lookonce/image";
import { Random } from "@lookonce/random";

/** Images of blocks and noise, 80 × 60, one after the other. */
export async function* calibrationImages(count: number): AsyncGenerator<Image> {
  const [width, height] = [80, 60];
  for (let i = 0; i < count; i++) {
    const rng = new Random(i);
    const blocks = Array.from({ length: 8 }, () => rng.uniform(0, 255));
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
      const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
      return Math.min(255, (blocks[((x >> 4) + (y >> 4) + (at % 3)) % 8] as number) + rng.uniform(0, 40));
    });
    yield { data, width, height };
  }
}
