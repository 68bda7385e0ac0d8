import { hypPresets } from "@lookonce/config";
import { Random } from "@lookonce/random";
import { type Augmentation, type Sample, type SampleSource, v5Augmentation, v8Augmentation } from "./index.ts";
import { v8ClassifyAugmentation } from "./pipelines/classify-augmentation.ts";

const imgsz = 96;

/** Images of noise, each with three boxes and their outlines. */
function noiseSource(): SampleSource {
  const samples = Array.from({ length: 8 }, (_, index): Sample => {
    const rng = new Random(`image ${index}`);
    const [width, height] = index % 2 === 0 ? [imgsz, rng.integer(50, imgsz)] : [rng.integer(50, imgsz), imgsz];
    const boxes = Array.from({ length: 3 }, () => {
      const [x, y] = [rng.uniform(0, width / 2), rng.uniform(0, height / 2)];
      return [x, y, x + rng.uniform(10, width / 2), y + rng.uniform(10, height / 2)] as const;
    });
    return {
      image: { data: Uint8Array.from({ length: width * height * 3 }, () => rng.integer(0, 256)), width, height },
      boxes: Float32Array.from(boxes.flat()),
      classes: Int32Array.of(0, 1, 2),
      polygons: boxes.map(([x1, y1, x2, y2]) => Float32Array.of(x1, y1, x2, y1, x2, y2, (x1 + x2) / 2, y2)),
    };
  });
  return { length: samples.length, load: async (index) => samples[index] as Sample };
}

const everything = { degrees: 20, shear: 5, perspective: 0.0005, flipud: 0.5, mixup: 0.5, copy_paste: 0.7 };

/** Pipelines as families have them, and with all that they can do. */
const pipelines: Readonly<Record<string, Augmentation>> = {
  v5: v5Augmentation(hypPresets["v5-scratch-high"], { imgsz }),
  "v5 with everything": v5Augmentation({ ...hypPresets["v5-scratch-high"], ...everything }, { imgsz }),
  v8: v8Augmentation(hypPresets.v8, { imgsz }),
  "v8 with everything": v8Augmentation({ ...hypPresets.v8, ...everything, cutmix: 0.5, bgr: 0.5 }, { imgsz }),
  "v8, classification": v8ClassifyAugmentation(hypPresets.v8, { imgsz }),
};

/** The names of the pipelines. */
export const names: readonly string[] = Object.keys(pipelines);

/** What a pipeline makes of each image, as text that is equal where all bytes are. */
export async function augmented(name: string): Promise<string[]> {
  const source = noiseSource();
  const rng = new Random(`augmentation ${name}`);
  const made: string[] = [];
  for (let i = 0; i < 2 * source.length; i++) {
    const { image, boxes, classes } = await (pipelines[name] as Augmentation)(source, i % source.length, rng);
    made.push(`${image.width} ${image.height} ${image.data} ${boxes} ${classes}`);
  }
  return made;
}
