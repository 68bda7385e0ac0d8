import { randomGray } from "../color/channels.ts";
import { randomClahe } from "../color/clahe.ts";
import { randomBrightnessContrast, randomGamma } from "../color/tone.ts";
import { compose, type Transform } from "../compose.ts";
import { randomBlur } from "./box-blur.ts";
import { randomJpegQuality } from "./jpeg-quality.ts";
import { randomMedianBlur } from "./median-blur.ts";

/** Probabilities of {@link rareChanges}. Default 0.01 of the first four, 0 of the others. */
export type RareChanges = Partial<
  Record<"blur" | "medianBlur" | "gray" | "clahe" | "brightnessContrast" | "gamma" | "jpegQuality", number>
>;

/**
 * The pixel transforms that YOLOv5 (7.0) and YOLOv8 (8.3) add when Albumentations is installed, in their order and with
 * their probabilities: blur, median blur, gray, CLAHE, brightness and contrast, gamma, JPEG quality (75 to 100). Boxes
 * and polygons stay.
 */
export function rareChanges(probabilities: RareChanges = {}): Transform {
  const { blur = 0.01, medianBlur = 0.01, gray = 0.01, clahe = 0.01 } = probabilities;
  const { brightnessContrast = 0, gamma = 0, jpegQuality = 0 } = probabilities;
  return compose(
    randomBlur({ probability: blur }),
    randomMedianBlur({ probability: medianBlur }),
    randomGray(gray),
    randomClahe({ probability: clahe }),
    randomBrightnessContrast({ probability: brightnessContrast }),
    randomGamma({ probability: gamma }),
    randomJpegQuality({ probability: jpegQuality }),
  );
}
